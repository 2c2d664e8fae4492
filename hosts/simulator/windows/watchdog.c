/* SPDX-License-Identifier: MIT
 * The device's end of the watchdog on Windows: an event is a sign of life. Its supervisor's job ends it with its supervisor. */
#include "watchdog.h"

#include "port.h"
#include "status.h"

#include <windows.h>

static struct {
	HANDLE feed;
	double interval;	/* milliseconds */
} watchdog;

void xs_ota_watchdog_open(int feed, int life, uint32_t timeout)
{
	(void)life;
	watchdog.feed = (HANDLE)(intptr_t)feed;
	watchdog.interval = timeout / 4.0;
}

double xs_ota_port_feed_interval(void)
{
	return watchdog.interval;
}

void xs_ota_port_feed(void)
{
	if (!SetEvent(watchdog.feed))
		ExitProcess(XS_OTA_EXIT_CRASH);	/* nobody is there to feed */
}
