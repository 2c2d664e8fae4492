/* SPDX-License-Identifier: MIT
 * The parent process: power supply and watchdog of the device, which is its child. */
#include "supervisor.h"

#include "child.h"
#include "status.h"

#include <stdio.h>
#include <stdlib.h>

/* A device that crashes at once must not eat a core. */
enum { CRASH_PAUSE_MS = 200 };

static const char *reason_text(XsOtaReset reason)
{
	static const char *const texts[] = { "power-on", "software", "watchdog", "crash" };

	return texts[reason];
}

/* Why the device is to be reset. False when it is not: it was switched off, or cannot boot. */
static bool reset_reason(XsOtaEnd end, XsOtaReset *reason)
{
	if (end.kind == XS_OTA_END_HANGS)
		*reason = XS_OTA_RESET_WATCHDOG;
	else if (end.kind == XS_OTA_END_SIGNAL || end.status == XS_OTA_EXIT_CRASH)
		*reason = XS_OTA_RESET_CRASH;
	else if (end.status == XS_OTA_EXIT_SOFTWARE)
		*reason = XS_OTA_RESET_SOFTWARE;
	else if (end.status == XS_OTA_EXIT_POWER_CUT)
		*reason = XS_OTA_RESET_POWER_ON;
	else
		return false;
	return true;
}

int xs_ota_supervise(const XsOtaOptions *options, char **command)
{
	XsOtaStart start = { .reason = XS_OTA_RESET_POWER_ON, .cut = options->cut };
	uint32_t resets = 0;

	xs_ota_child_catch_signals();
	for (;;) {
		XsOtaEnd end = xs_ota_child_run(command, start, options->watchdog);

		if (end.kind == XS_OTA_END_STOPPED)
			return EXIT_SUCCESS;
		if (!reset_reason(end, &start.reason))
			return end.status;
		if (end.kind == XS_OTA_END_SIGNAL)
			fprintf(stderr, XS_OTA_PROGRAM ": the device died of signal %d\n", end.status);
		if (start.reason == XS_OTA_RESET_POWER_ON)
			start.cut = 0;
		if (resets++ == options->max_resets)
			return XS_OTA_EXIT_MAX_RESETS;
		fprintf(stderr, XS_OTA_PROGRAM ": reset (%s)\n", reason_text(start.reason));
		if (start.reason == XS_OTA_RESET_CRASH)
			xs_ota_child_pause(CRASH_PAUSE_MS);
	}
}
