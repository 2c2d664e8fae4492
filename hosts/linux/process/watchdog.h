/* SPDX-License-Identifier: MIT
 * The device's end of the watchdog, which is its parent process. */
#ifndef XS_OTA_WATCHDOG_H
#define XS_OTA_WATCHDOG_H

#include <stdint.h>

/* Before the first feed. `pipe` is what the parent reads; it ends the device after so many milliseconds of silence. */
void xs_ota_watchdog_open(int pipe, uint32_t timeout);

#endif
