/* SPDX-License-Identifier: MIT
 * NOR flash on the nRF52840's QSPI, by one data line: the same for bootloader and application. Offsets and lengths are
 * multiples of 4, buffers are in RAM and aligned to 4. Waits until it is done; false: the flash did not answer. */
#ifndef OTA_EXTERNAL_FLASH_H
#define OTA_EXTERNAL_FLASH_H

#include <stdbool.h>
#include <stdint.h>

bool ota_external_flash_read(uint32_t offset, void *into, uint32_t length);
bool ota_external_flash_write(uint32_t offset, const void *bytes, uint32_t length);

/* Erases 4 KiB. */
bool ota_external_flash_erase(uint32_t offset);

#endif
