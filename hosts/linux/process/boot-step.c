/* SPDX-License-Identifier: MIT
 * The bootloader's core on this machine, whose flash is the flash file. */
#include "boot-step.h"

#include "flash-port.h"
#include "port.h"

#include <mbedtls/sha256.h>
#include <stdio.h>

/* What images for this host are made for: TLV 0x75 holds the first half of its SHA-256. */
static const char target_name[] = XS_OTA_TARGET;

static void log_line(void *context, const char *message)
{
	char line[128];

	(void)context;
	snprintf(line, sizeof(line), "boot: %s", message);
	xs_ota_port_log(line);
}

/* The core has told what it did; this tells what starts, or why nothing does. */
static void report(const OtaBootResult *result)
{
	const OtaVersion *version = &result->image.version;
	char line[64];

	if (result->outcome == OTA_NOT_BOOTABLE)
		snprintf(line, sizeof(line), "boot: slot-a: %s", ota_reason_name(result->refused));
	else
		snprintf(line, sizeof(line), "boot: image %u.%u.%u", version->major, version->minor, version->revision);
	xs_ota_port_log(line);
}

const uint8_t *xs_ota_port_target(void)
{
	static uint8_t target[OTA_DIGEST_SIZE];

	mbedtls_sha256_ret((const uint8_t *)target_name, sizeof(target_name) - 1, target, 0);
	return target;
}

bool xs_ota_boot_step(XsOtaBootedImage *image)
{
	const XsOtaBootHost host = {
		.feed = xs_ota_port_feed, .log = log_line, .target = xs_ota_port_target(), .keys_offset = 0
	};
	OtaBootResult result;

	result = xs_ota_flash_boot(&host);
	report(&result);
	image->body_offset = result.image.header_size;
	image->body_size = result.image.body_size;
	return result.outcome != OTA_NOT_BOOTABLE;
}
