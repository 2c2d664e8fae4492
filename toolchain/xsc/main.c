/* SPDX-License-Identifier: MIT
 * Usage: xsc [--linked=COUNT] OUT NAME=PATH...
 * Compiles each module and writes the bundle to OUT. OUT is whole or untouched. Exit 1 on any error. */
#include "xsc.h"

static int usage(void)
{
	fputs("usage: xsc [--linked=COUNT] OUT NAME=PATH...\n", stderr);
	return 1;
}

static int fail(const char *path)
{
	fprintf(stderr, "xsc: %s: %s\n", path, strerror(errno));
	return 1;
}

/* Compiles "name=path" arguments. Returns how many did not compile. */
static int compile(char **arguments, int count, xscModule *modules)
{
	int failures = 0;

	for (int i = 0; i < count; i++) {
		char *path = strchr(arguments[i], '=');

		*path++ = 0;
		modules[i].name = arguments[i];
		modules[i].script = xsc_compile(path);
		failures += modules[i].script == NULL;
	}
	return failures;
}

/* What is asked for: a bundle that is linked beforehand when `prepared` is not negative. */
typedef struct Request {
	const char *out;
	int prepared;
	const xscModule *modules;
	int count;
} Request;

static int write_file(const char *path, const Request *request)
{
	FILE *stream = fopen(path, "wb");

	if (!stream)
		return fail(path);
	if (request->prepared < 0)
		xsc_write_bundle(stream, request->modules, request->count);
	else
		xsc_write_linked(stream, request->modules, request->count, request->prepared);
	return ferror(stream) | fclose(stream) ? fail(path) : 0;
}

static int make(const Request *request)
{
	char temporary[C_PATH_MAX];
	int status;

	if (snprintf(temporary, sizeof(temporary), "%s.%d", request->out, (int)getpid()) >= (int)sizeof(temporary))
		return usage();
	status = write_file(temporary, request);
	if (status == 0 && rename(temporary, request->out) != 0)
		status = fail(request->out);
	if (status != 0)
		remove(temporary);
	return status;
}

int main(int argc, char **argv)
{
	bool linked = argc > 1 && strncmp(argv[1], "--linked=", 9) == 0;
	char **modules_given = argv + 2 + linked;
	Request request = { .prepared = linked ? atoi(argv[1] + 9) : -1, .count = argc - 2 - linked };
	xscModule *modules;
	int status;

	for (int i = 0; i < request.count; i++)
		if (!strchr(modules_given[i], '='))
			return usage();
	if (request.count < 1 || request.prepared >= request.count)
		return usage();
	request.out = argv[1 + linked];
	request.modules = modules = calloc((size_t)request.count, sizeof(*modules));
	if (!modules)
		return fail(request.out);
	status = compile(modules_given, request.count, modules) ? 1 : make(&request);
	for (int i = 0; i < request.count; i++)
		if (modules[i].script)
			fxDeleteScript(modules[i].script);
	free(modules);
	return status;
}
