/* SPDX-License-Identifier: MIT
 * From reset to application: the bootloader's core on this machine. */
#ifndef XS_OTA_BOOT_STEP_H
#define XS_OTA_BOOT_STEP_H

#include "options.h"

#include <stddef.h>
#include <stdint.h>

/* The body of the image in slot-a. */
typedef struct XsOtaBootedImage {
	uint8_t *body;	/* from malloc */
	size_t size;
} XsOtaBootedImage;

/* Opens the flash, swaps or reverts if the flags on it say so, and reads what starts. Ends the process when nothing does. */
XsOtaBootedImage xs_ota_boot_step(const XsOtaOptions *options);

#endif
