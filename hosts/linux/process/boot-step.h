/* SPDX-License-Identifier: MIT
 * The bootloader's core on this machine: between reset and application. */
#ifndef XS_OTA_BOOT_STEP_H
#define XS_OTA_BOOT_STEP_H

#include <stdbool.h>
#include <stdint.h>

/* The image in slot-a that may start: its body, in bytes from the start of the slot. */
typedef struct XsOtaBootedImage {
	uint32_t body_offset;
	uint32_t body_size;
} XsOtaBootedImage;

/* Swaps or reverts if the flags on the flash say so. False when there is nothing to start. */
bool xs_ota_boot_step(XsOtaBootedImage *image);

#endif
