/* SPDX-License-Identifier: MIT
 * The parent process: power supply and watchdog of the device. */
#ifndef XS_OTA_SUPERVISOR_H
#define XS_OTA_SUPERVISOR_H

#include "options.h"

/* Runs the device, and starts it again whenever it was reset. `command` is main's. Returns the exit status of the whole. */
int xs_ota_supervise(const XsOtaOptions *options, char **command);

#endif
