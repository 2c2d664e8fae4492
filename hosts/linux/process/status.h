/* SPDX-License-Identifier: MIT
 * How the child, which is the device, ends, as its parent sees it; and how the parent does. */
#ifndef XS_OTA_STATUS_H
#define XS_OTA_STATUS_H

enum {
	XS_OTA_EXIT_APPLICATION_MAX = 63,	/* up to here: the application switched the device off with this */
	XS_OTA_EXIT_SOFTWARE,	/* the device asks to be reset */
	XS_OTA_EXIT_CRASH,
	XS_OTA_EXIT_POWER_CUT,
	XS_OTA_EXIT_MAX_RESETS = 70,
	XS_OTA_EXIT_NOT_BOOTABLE = 71,
	XS_OTA_EXIT_USAGE = 2
};

#endif
