/* SPDX-License-Identifier: MIT */
#ifndef XS_OTA_BARE_METAL_IDLE_H
#define XS_OTA_BARE_METAL_IDLE_H

#include <stdint.h>

/* Microseconds since the board was opened, without those that it slept. */
uint64_t xs_ota_busy_microseconds(void);

#endif
