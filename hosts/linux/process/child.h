/* SPDX-License-Identifier: MIT
 * The device's process: this program, started anew. How one is started, watched and ended is the system's. */
#ifndef XS_OTA_CHILD_H
#define XS_OTA_CHILD_H

#include "port.h"

#include <stdbool.h>

/* What a device is told when it is started. */
typedef struct XsOtaStart {
	XsOtaReset reason;
	uint32_t cut;	/* XsOtaOptions.cut, as long as the power has not failed */
	int feed;	/* the descriptor that it feeds the watchdog by */
	int life;	/* the descriptor that ends when its supervisor does */
} XsOtaStart;

typedef enum XsOtaEndKind {
	XS_OTA_END_EXIT,	/* by itself, with `status` */
	XS_OTA_END_SIGNAL,	/* of the signal `status` */
	XS_OTA_END_HANGS,	/* it did not feed the watchdog in time, and was killed */
	XS_OTA_END_STOPPED	/* whoever started this program wants it to end: it was killed */
} XsOtaEndKind;

typedef struct XsOtaEnd {
	XsOtaEndKind kind;
	int status;
} XsOtaEnd;

/* Before the first device: a signal that would end this process ends the device, and is told as XS_OTA_END_STOPPED. */
void xs_ota_child_catch_signals(void);

/* Starts a device by `command`, main's own, and waits until it ends. Milliseconds without a feed are `timeout`.
 * Of `reason` and `cut` it tells the device; the descriptors it makes. */
XsOtaEnd xs_ota_child_run(char **command, XsOtaStart start, uint32_t timeout);

/* Waits so many milliseconds, or until somebody wants this program to end. */
void xs_ota_child_pause(uint32_t milliseconds);

/* Whether this process was started as a device, and what it was told. */
bool xs_ota_child_started(XsOtaStart *start);

#endif
