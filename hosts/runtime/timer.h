/* SPDX-License-Identifier: MIT
 * Timers as the run loop sees them; as scripts see them: timer.ts. */
#ifndef XS_OTA_TIMER_H
#define XS_OTA_TIMER_H

#include "xs.h"

/* Calls back the timer that is due first, if one is. */
void xs_ota_timer_run(xsMachine *the);

/* Milliseconds until the next timer is due, 0 when one is, `limit` when none is sooner. */
double xs_ota_timer_wait(double limit);

#endif
