/* SPDX-License-Identifier: MIT
 * What an application asks of the process that is its device: whoever started that resets or powers off by its status. */
#include "port.h"

#include "status.h"

#if defined(__SANITIZE_ADDRESS__)
	#include <sanitizer/lsan_interface.h>
#endif
#include <stdbool.h>
#include <sys/random.h>
#include <unistd.h>

enum { GETENTROPY_MAX = 256 };

void xs_ota_port_random(void *into, size_t length)
{
	uint8_t *bytes = into;

	while (length > 0) {
		size_t count = length < GETENTROPY_MAX ? length : GETENTROPY_MAX;

		if (getentropy(bytes, count) != 0)	/* without it nothing secret may be made */
			xs_ota_port_reset(XS_OTA_RESET_CRASH);
		bytes += count;
		length -= count;
	}
}

_Noreturn void xs_ota_port_reset(XsOtaReset reason)
{
	_exit(reason == XS_OTA_RESET_SOFTWARE ? XS_OTA_EXIT_SOFTWARE : XS_OTA_EXIT_CRASH);
}

/* The sanitizer looks for leaks at exit(), which a device never comes to. */
static bool leaks(void)
{
#if defined(__SANITIZE_ADDRESS__)
	return __lsan_do_recoverable_leak_check() != 0;
#else
	return false;
#endif
}

_Noreturn void xs_ota_port_power_off(int status)
{
	if (leaks())
		_exit(XS_OTA_EXIT_CRASH);
	_exit(status < 0 || status > XS_OTA_EXIT_APPLICATION_MAX ? XS_OTA_EXIT_APPLICATION_MAX : status);
}
