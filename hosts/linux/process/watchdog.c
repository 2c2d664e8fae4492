/* SPDX-License-Identifier: MIT
 * The device's end of the watchdog: a byte in a pipe is a sign of life. */
#include "watchdog.h"

#include "port.h"
#include "status.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

static struct {
	int feed;
	int life;
	double interval;	/* milliseconds */
	double fed;	/* when */
} watchdog;

/* A thread of its own, for the device may hang. Nobody writes to that pipe. */
static void *end_with_parent(void *unused)
{
	char byte;

	while (read(watchdog.life, &byte, 1) < 0 && errno == EINTR)
		;
	_exit(XS_OTA_EXIT_CRASH);
	return unused;
}

void xs_ota_watchdog_open(int feed, int life, uint32_t timeout)
{
	pthread_t thread;

	watchdog.feed = feed;
	watchdog.life = life;
	watchdog.interval = timeout / 4.0;
	if (pthread_create(&thread, NULL, end_with_parent, NULL) != 0)
		_exit(XS_OTA_EXIT_CRASH);	/* else it might outlive its parent, and write to its flash */
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
	if (write(watchdog.feed, "", 1) != 1)
		_exit(XS_OTA_EXIT_CRASH);	/* nobody is there to feed */
}
