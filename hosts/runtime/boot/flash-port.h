/* SPDX-License-Identifier: MIT
 * The bootloader's core over the partitions of flash-map.h and Mbed TLS: what the hosts' bootloaders share. */
#ifndef XS_OTA_FLASH_PORT_H
#define XS_OTA_FLASH_PORT_H

#include "boot.h"
#include "flash-map.h"

/* What a host adds. */
typedef struct XsOtaBootHost {
	/* A sign of life for the watchdog: a swap takes longer than it waits. */
	void (*feed)(void);
	void (*log)(void *context, const char *message);
	/* Where the trusted keys are: bytes from the start of partition "boot". */
	uint32_t keys_offset;
	const uint8_t *target;	/* OTA_TARGET_SIZE bytes */
} XsOtaBootHost;

/* Runs ota_boot. The host must stay until it returns. */
OtaBootResult xs_ota_flash_boot(const XsOtaBootHost *host);

#endif
