/* SPDX-License-Identifier: MIT */
#ifndef XS_OTA_VIRT_WATCHDOG_H
#define XS_OTA_VIRT_WATCHDOG_H

/* Starts the watchdog, or goes on with it when it runs. */
void xs_ota_watchdog_open(void);

#endif
