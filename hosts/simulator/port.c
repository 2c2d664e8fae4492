/* SPDX-License-Identifier: MIT
 * The machine as an image in the simulator sees it: what hosts/runtime/device.c and flash-storage.c need. */
#include "port.h"

#include "environment.h"
#include "flash-driver.h"
#include "flash-file.h"
#include "status.h"

#include <mbedtls/sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

static uint32_t environment_number(const char *name)
{
	const char *text = getenv(name);

	return text ? (uint32_t)strtoul(text, NULL, 10) : 0;
}

/* Before any JavaScript. Without a flash its partitions cannot be read, and the host fails to open. */
static __attribute__((constructor)) void open_flash(void)
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

void xs_ota_port_random(void *into, size_t length)
{
	if (getentropy(into, length) != 0)	/* of at most 256 bytes; without it nothing secret may be made */
		xs_ota_port_reset(XS_OTA_RESET_CRASH);
}

const uint8_t *xs_ota_port_target(void)
{
	static uint8_t digest[32];

	mbedtls_sha256_ret((const uint8_t *)XS_OTA_TARGET, sizeof(XS_OTA_TARGET) - 1, digest, 0);
	return digest;
}

/* Whoever started the process resets or powers off by its status. */

_Noreturn void xs_ota_port_reset(XsOtaReset reason)
{
	_exit(reason == XS_OTA_RESET_SOFTWARE ? XS_OTA_EXIT_SOFTWARE : XS_OTA_EXIT_CRASH);
}

_Noreturn void xs_ota_port_power_off(int status)
{
	_exit(status < 0 || status > XS_OTA_EXIT_APPLICATION_MAX ? XS_OTA_EXIT_APPLICATION_MAX : status);
}
