/* SPDX-License-Identifier: MIT */
#include "getopt.h"

#include <stdio.h>
#include <string.h>

char *optarg;
int optind = 1;

static int refuse(const char *argument, const char *why)
{
	fprintf(stderr, XS_OTA_PROGRAM ": %s %s\n", argument, why);
	return '?';
}

int getopt_long(int argc, char **argv, const char *short_options, const struct option *options, int *index)
{
	const char *argument;

	(void)short_options, (void)index;
	if (optind >= argc || strncmp(argv[optind], "--", 2) != 0)
		return -1;
	argument = argv[optind++];
	while (options->name && strcmp(options->name, argument + 2) != 0)
		options++;
	if (!options->name)
		return refuse(argument, "is no option");
	if (options->has_arg == no_argument)
		return options->val;
	if (optind >= argc)
		return refuse(argument, "wants a value");
	optarg = argv[optind++];
	return options->val;
}
