/* SPDX-License-Identifier: MIT
 * The device's end of the watchdog: a byte in a pipe is a sign of life. */
#include "watchdog.h"

#include "port.h"
#include "status.h"

#include <time.h>
#include <unistd.h>

static struct {
	int pipe;
	double interval;	/* milliseconds */
	double fed;	/* when */
} watchdog;

void xs_ota_watchdog_open(int pipe, uint32_t timeout)
{
	watchdog.pipe = pipe;
	watchdog.interval = timeout / 4.0;
}

double xs_ota_port_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

double xs_ota_port_feed_interval(void)
{
	return watchdog.interval;
}

void xs_ota_port_feed(void)
{
	double now = xs_ota_port_now();

	if (now - watchdog.fed < watchdog.interval / 2)
		return;
	watchdog.fed = now;
	if (write(watchdog.pipe, "", 1) != 1)
		_exit(XS_OTA_EXIT_CRASH);	/* nobody is there to feed */
}
