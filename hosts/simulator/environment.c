/* SPDX-License-Identifier: MIT
 * What an image in the simulator learns of the machine that has started it: its flash, and why. */
#include "environment.h"

#include "flash-file.h"
#include "port.h"

#include <stdio.h>
#include <stdlib.h>

static uint32_t environment_number(const char *name)
{
	const char *text = getenv(name);

	return text ? (uint32_t)strtoul(text, NULL, 10) : 0;
}

void xs_ota_environment_open(void)
{
	const XsOtaOptions options = {
		.flash = getenv(XS_OTA_ENV_FLASH),
		.sync = !getenv(XS_OTA_ENV_NO_SYNC),
		.cut = environment_number(XS_OTA_ENV_CUT),
		.tear = (XsOtaTear)environment_number(XS_OTA_ENV_TEAR)
	};
	const char *problem
		= options.flash ? xs_ota_flash_file_open(&options) : "is not set; start this image with xs-ota-simulator";

	if (problem)
		fprintf(stderr, "%s: %s\n", options.flash ? options.flash : XS_OTA_ENV_FLASH, problem);
}

XsOtaReset xs_ota_port_reset_reason(void)
{
	return (XsOtaReset)environment_number(XS_OTA_ENV_RESET);
}
