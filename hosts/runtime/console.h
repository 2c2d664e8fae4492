/* SPDX-License-Identifier: MIT
 * The globals `trace` and `console`. */
#ifndef XS_OTA_CONSOLE_H
#define XS_OTA_CONSOLE_H

#include "xs.h"

void xs_ota_console_define(xsMachine *the);

#endif
