/* SPDX-License-Identifier: MIT
 * File descriptors that the run loop watches. */
#ifndef XS_OTA_POLLER_H
#define XS_OTA_POLLER_H

#include <poll.h>
#include <stdbool.h>

typedef struct XsOtaPoller {
	struct XsOtaPoller *next;
	int fd;	/* negative: not watched */
	short events;	/* as in poll(2); may be changed at any time */
	bool due;	/* to be called at the next wait, with no events; cleared before the call */
	/* May remove its poller, and any other. */
	void (*ready)(struct XsOtaPoller *poller, short events);
} XsOtaPoller;

void xs_ota_poller_add(XsOtaPoller *poller);
void xs_ota_poller_remove(XsOtaPoller *poller);
bool xs_ota_poller_is_added(const XsOtaPoller *poller);

/* Waits at most so long, and calls the pollers that are ready. */
void xs_ota_poller_wait(double milliseconds);

#endif
