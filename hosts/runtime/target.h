/* SPDX-License-Identifier: MIT
 * Which images a machine takes. */
#ifndef XS_OTA_TARGET_H
#define XS_OTA_TARGET_H

#include "boot.h"

/* The class of this device: the boot step refuses an image whose TLV 0x75 has another. First half of the SHA-256 of the
 * target's name; toolchain/target.ts makes it. */
extern const uint8_t xs_ota_target[OTA_TARGET_SIZE];

#endif
