/* SPDX-License-Identifier: MIT
 * The command line of xs-ota-linux. */
#ifndef XS_OTA_OPTIONS_H
#define XS_OTA_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* What a power cut leaves of the operation that it hits. */
typedef enum XsOtaTear {
	XS_OTA_TEAR_NONE,	/* nothing was done */
	XS_OTA_TEAR_HALF,	/* the first half was */
	XS_OTA_TEAR_ALL,	/* all was, but nobody knows */
	XS_OTA_TEAR_GARBLED	/* the bytes it covers are noise */
} XsOtaTear;

typedef struct XsOtaOptions {
	const char *flash;	/* the file that is the flash */
	bool sync;	/* wait until the disk has what was written */
	uint32_t watchdog;	/* milliseconds without a feed until the watchdog bites */
	uint32_t max_resets;	/* the device is switched off instead of being reset once more; UINT32_MAX: none */
	uint32_t cut;	/* power fails in the flash operation of this number, from 1; 0: never */
	XsOtaTear tear;
} XsOtaOptions;

/* Prints what is wrong, and how to do it, when the result is false. */
bool xs_ota_options_parse(int argc, char **argv, XsOtaOptions *options);

#endif
