/* SPDX-License-Identifier: MIT
 * The command line of xs-ota-linux. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
	"usage: " XS_OTA_PROGRAM " --flash FILE [options]\n"
	"A device as a process: boots from slot-a of the flash, and is reset and restarted like one.\n"
	"  --flash FILE       the flash; its size is that of the flash map\n"
	"  --no-sync          do not wait for the disk: faster, and not safe against a crash of this machine\n"
	"  --watchdog-ms N    reset when the device hangs for so long (default 10000)\n"
	"  --max-resets N     switch off instead of resetting more often than so\n"
	"  --cut N            power fails in the N-th flash operation, and comes back\n"
	"  --tear HOW         what that leaves of the operation: none, half, all, garbled (default half)\n"
	"Exit: what the application powers off with; 0 when stopped by a signal; 70 after --max-resets;\n"
	"71 when no image may start; 2 for a mistake on the command line or in the flash file.\n";

static bool fail(const char *option, const char *message)
{
	fprintf(stderr, XS_OTA_PROGRAM ": --%s %s\n%s", option, message, usage);
	return false;
}

static bool parse_number(const char *option, uint32_t *number)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(optarg, &end, 10);
	if (errno || *end || end == optarg || optarg[0] == '-' || value > UINT32_MAX)
		return fail(option, "wants a number");
	*number = (uint32_t)value;
	return true;
}

static bool parse_tear(XsOtaTear *tear)
{
	static const char *const names[] = { "none", "half", "all", "garbled" };

	for (int i = 0; i < 4; i++)
		if (strcmp(optarg, names[i]) == 0) {
			*tear = (XsOtaTear)i;
			return true;
		}
	return fail("tear", "wants none, half, all or garbled");
}

static bool parse_option(int option, XsOtaOptions *options)
{
	switch (option) {
	case 'f':
		options->flash = optarg;
		return true;
	case 's':
		options->sync = false;
		return true;
	case 'w':
		return parse_number("watchdog-ms", &options->watchdog);
	case 'm':
		return parse_number("max-resets", &options->max_resets);
	case 'c':
		return parse_number("cut", &options->cut);
	case 't':
		return parse_tear(&options->tear);
	default:
		fputs(usage, stderr);
		return false;
	}
}

bool xs_ota_options_parse(int argc, char **argv, XsOtaOptions *options)
{
	static const struct option names[] = {
		{ "flash", required_argument, NULL, 'f' },
		{ "no-sync", no_argument, NULL, 's' },
		{ "watchdog-ms", required_argument, NULL, 'w' },
		{ "max-resets", required_argument, NULL, 'm' },
		{ "cut", required_argument, NULL, 'c' },
		{ "tear", required_argument, NULL, 't' },
		{ NULL, 0, NULL, 0 }
	};
	int option;

	*options = (XsOtaOptions){ .sync = true, .watchdog = 10000, .max_resets = UINT32_MAX, .tear = XS_OTA_TEAR_HALF };
	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1)
		if (!parse_option(option, options))
			return false;
	if (optind < argc)
		return fail(argv[optind], "is no option");
	return options->flash ? true : fail("flash", "is missing");
}
