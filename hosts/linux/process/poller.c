/* SPDX-License-Identifier: MIT
 * File descriptors that the run loop watches, by poll(2). */
#include "poller.h"

#include <math.h>
#include <stddef.h>

enum { POLLERS_MAX = 64 };

static XsOtaPoller *pollers;

bool xs_ota_poller_is_added(const XsOtaPoller *poller)
{
	for (XsOtaPoller *p = pollers; p; p = p->next)
		if (p == poller)
			return true;
	return false;
}

void xs_ota_poller_add(XsOtaPoller *poller)
{
	poller->next = pollers;
	pollers = poller;
}

void xs_ota_poller_remove(XsOtaPoller *poller)
{
	for (XsOtaPoller **p = &pollers; *p; p = &(*p)->next)
		if (*p == poller) {
			*p = poller->next;
			return;
		}
}

void xs_ota_poller_wait(double milliseconds)
{
	struct pollfd fds[POLLERS_MAX];
	XsOtaPoller *polled[POLLERS_MAX];
	nfds_t count = 0;

	for (XsOtaPoller *p = pollers; p && count < POLLERS_MAX; p = p->next) {
		fds[count] = (struct pollfd){ p->fd, p->events, 0 };
		polled[count++] = p;
		if (p->due)
			milliseconds = 0;
	}
	if (poll(fds, count, (int)ceil(milliseconds)) < 0)
		return;
	for (nfds_t i = 0; i < count; i++) {
		/* a callback may have removed a poller that comes after it */
		if (!xs_ota_poller_is_added(polled[i]) || !(fds[i].revents || polled[i]->due))
			continue;
		polled[i]->due = false;
		polled[i]->ready(polled[i], fds[i].revents);
	}
}
