/* SPDX-License-Identifier: MIT
 * macOS: the run loop of the main thread. Source: Moddable SDK xs/platforms/mac_xs.c. */
#include "loop.h"

#include "port.h"
#include "status.h"

#include <CoreFoundation/CoreFoundation.h>
#include <unistd.h>

static void feed(CFRunLoopTimerRef timer, void *unused)
{
	(void)timer, (void)unused;
	xs_ota_port_feed();
}

_Noreturn void xs_ota_loop_run(double feed_interval)
{
	CFRunLoopTimerRef timer
		= CFRunLoopTimerCreate(NULL, CFAbsoluteTimeGetCurrent(), feed_interval / 1e3, 0, 0, feed, NULL);

	CFRunLoopAddTimer(CFRunLoopGetCurrent(), timer, kCFRunLoopCommonModes);
	CFRunLoopRun();
	_exit(XS_OTA_EXIT_CRASH);
}
