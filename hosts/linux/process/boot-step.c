/* SPDX-License-Identifier: MIT
 * The bootloader's core on this machine, whose flash is the flash file. */
#include "boot-step.h"

#include "flash-file.h"
#include "flash-port.h"
#include "port.h"
#include "status.h"
#include "target.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void xs_ota_port_log(const char *line)
{
	fprintf(stderr, XS_OTA_PROGRAM ": %s\n", line);
}

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

static void open_flash(const XsOtaOptions *options)
{
	const char *problem = xs_ota_flash_file_open(options);

	if (!problem)
		return;
	fprintf(stderr, XS_OTA_PROGRAM ": %s: %s\n", options->flash, problem);
	_exit(XS_OTA_EXIT_USAGE);
}

static XsOtaBootedImage read_body(const OtaImage *found)
{
	XsOtaBootedImage image = { malloc(found->body_size), found->body_size };

	if (!image.body || xs_ota_flash_read(xs_ota_flash_find("slot-a"), found->header_size, image.body, found->body_size)
			!= XS_OTA_FLASH_FINE) {
		xs_ota_port_log("slot-a cannot be read");
		_exit(XS_OTA_EXIT_CRASH);
	}
	return image;
}

XsOtaBootedImage xs_ota_boot_step(const XsOtaOptions *options)
{
	const XsOtaBootHost host = {
		.feed = xs_ota_port_feed, .log = log_line, .target = xs_ota_target, .keys_offset = 0
	};
	OtaBootResult result;

	open_flash(options);
	result = xs_ota_flash_boot(&host);
	report(&result);
	if (result.outcome == OTA_NOT_BOOTABLE)
		_exit(XS_OTA_EXIT_NOT_BOOTABLE);
	return read_body(&result.image);
}
