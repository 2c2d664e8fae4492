/* SPDX-License-Identifier: MIT
 * What a board's image has after the machine code. */
#ifndef XS_OTA_BARE_METAL_PROGRAM_H
#define XS_OTA_BARE_METAL_PROGRAM_H

#include "run.h"

/* The image's bundle, and the prepared machine behind it when there is one. */
XsOtaProgram xs_ota_program(void);

#endif
