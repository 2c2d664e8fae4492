/* SPDX-License-Identifier: MIT
 * Usage: xsc OUT NAME=PATH...
 * Compiles each module and writes the bundle to OUT. OUT is whole or untouched. Exit 1 on any error. */
#include "xsc.h"

static int usage(void)
{
	fputs("usage: xsc OUT NAME=PATH...\n", stderr);
	return 1;
}

static int fail(const char *path)
{
	fprintf(stderr, "xsc: %s: %s\n", path, strerror(errno));
	return 1;
}

static int write_file(const char *path, char **modules, int count)
{
	FILE *stream = fopen(path, "wb");
	int failures;

	if (!stream)
		return fail(path);
	failures = xsc_write_bundle(stream, modules, count);
	if (ferror(stream) | fclose(stream))
		return fail(path);
	return failures ? 1 : 0;
}

int main(int argc, char **argv)
{
	char temporary[C_PATH_MAX];
	int status;

	for (int i = 2; i < argc; i++)
		if (!strchr(argv[i], '='))
			return usage();
	if (argc < 3 || snprintf(temporary, sizeof(temporary), "%s.%d", argv[1], (int)getpid()) >= (int)sizeof(temporary))
		return usage();
	status = write_file(temporary, argv + 2, argc - 2);
	if (status == 0 && rename(temporary, argv[1]) != 0)
		status = fail(argv[1]);
	if (status != 0)
		remove(temporary);
	return status;
}
