/* SPDX-License-Identifier: MIT
 * What a machine's flash driver supplies. Offsets are bytes from the start of the flash; range and alignment
 * have been checked. */
#ifndef XS_OTA_FLASH_DRIVER_H
#define XS_OTA_FLASH_DRIVER_H

#include "flash-map.h"

XsOtaFlashStatus xs_ota_flash_driver_read(uint32_t offset, void *into, uint32_t length);

/* Refuses bytes that are not erased: a byte is written once between erases. */
XsOtaFlashStatus xs_ota_flash_driver_write(uint32_t offset, const void *bytes, uint32_t length);

/* Erases the one block at offset. */
XsOtaFlashStatus xs_ota_flash_driver_erase(uint32_t offset);

#endif
