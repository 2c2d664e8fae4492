/* SPDX-License-Identifier: MIT
 * Usage: xsc [--linked] OUT NAME=PATH...
 * Compiles each module and writes the bundle to OUT. OUT is whole or untouched. Exit 1 on any error. */
#include "xsc.h"

static int usage(void)
{
	fputs("usage: xsc [--linked] OUT NAME=PATH...\n", stderr);
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

static int write_file(const char *path, bool linked, const xscModule *modules, int count)
{
	FILE *stream = fopen(path, "wb");

	if (!stream)
		return fail(path);
	(linked ? xsc_write_linked : xsc_write_bundle)(stream, modules, count);
	return ferror(stream) | fclose(stream) ? fail(path) : 0;
}

static int make(const char *out, bool linked, const xscModule *modules, int count)
{
	char temporary[C_PATH_MAX];
	int status;

	if (snprintf(temporary, sizeof(temporary), "%s.%d", out, (int)getpid()) >= (int)sizeof(temporary))
		return usage();
	status = write_file(temporary, linked, modules, count);
	if (status == 0 && rename(temporary, out) != 0)
		status = fail(out);
	if (status != 0)
		remove(temporary);
	return status;
}

int main(int argc, char **argv)
{
	bool linked = argc > 1 && strcmp(argv[1], "--linked") == 0;
	char **modules_given = argv + 2 + linked;
	int count = argc - 2 - linked;
	xscModule *modules;
	int status;

	for (int i = 0; i < count; i++)
		if (!strchr(modules_given[i], '='))
			return usage();
	if (count < 1)
		return usage();
	modules = calloc((size_t)count, sizeof(*modules));
	if (!modules)
		return fail(argv[1 + linked]);
	status = compile(modules_given, count, modules) ? 1 : make(argv[1 + linked], linked, modules, count);
	for (int i = 0; i < count; i++)
		if (modules[i].script)
			fxDeleteScript(modules[i].script);
	free(modules);
	return status;
}
