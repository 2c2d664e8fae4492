/* SPDX-License-Identifier: MIT
 * The device's end of the watchdog, which is its parent process. */
#ifndef XS_OTA_WATCHDOG_H
#define XS_OTA_WATCHDOG_H

#include <stdint.h>

/* Before the first feed. What is written to `feed` the parent reads, and ends the device after so many milliseconds of
 * silence. When `life` ends, the parent has, and the device ends too, whatever it is doing. */
void xs_ota_watchdog_open(int feed, int life, uint32_t timeout);

#endif
