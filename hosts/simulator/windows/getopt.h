/* SPDX-License-Identifier: MIT
 * Options of a command line, of those of GNU's getopt_long: long ones, which have a value or none. */
#ifndef XS_OTA_GETOPT_H
#define XS_OTA_GETOPT_H

enum { no_argument, required_argument };

struct option {
	const char *name;	/* NULL after the last one */
	int has_arg;
	int *flag;	/* NULL */
	int val;
};

extern char *optarg;	/* the value of the last option */
extern int optind;	/* of the next argument */

/* The next option's `val`; '?' after a message when it is none of them, or has not its value; -1 when there is none. */
int getopt_long(int argc, char **argv, const char *short_options, const struct option *options, int *index);

#endif
