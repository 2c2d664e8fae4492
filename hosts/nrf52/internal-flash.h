/* SPDX-License-Identifier: MIT
 * The nRF52840's own flash, by address: the bootloader has the flash controller, the application asks the SoftDevice.
 * Lengths are multiples of 4, buffers are aligned to 4. False: the flash failed. */
#ifndef OTA_INTERNAL_FLASH_H
#define OTA_INTERNAL_FLASH_H

#include <stdbool.h>
#include <stdint.h>

bool ota_internal_flash_write(uint32_t address, const uint32_t *words, uint32_t length);

/* Erases 4 KiB. */
bool ota_internal_flash_erase(uint32_t address);

#endif
