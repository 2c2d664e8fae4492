/* SPDX-License-Identifier: MIT
 * The child process: the device itself, from reset to reset. */
#ifndef XS_OTA_BOARD_H
#define XS_OTA_BOARD_H

#include "options.h"
#include "port.h"

/* Boots, and runs what slot-a holds. */
_Noreturn void xs_ota_board_run(const XsOtaOptions *options, XsOtaReset reason);

#endif
