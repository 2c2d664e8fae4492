/* SPDX-License-Identifier: MIT
 * Where the two flashes of flash.json are. It counts through the internal one, from the end of the SoftDevice to what
 * the Moddable SDK keeps for BLE peers and preferences, and goes on with the external one from its byte 0.
 * Source: Moddable SDK build/devices/nrf52/config/xsproj.ld. */
#ifndef OTA_NRF52_MEMORY_H
#define OTA_NRF52_MEMORY_H

enum { OTA_FLASH_BASE = 0x27000, OTA_FLASH_END = 0xEF000, OTA_INTERNAL_SIZE = OTA_FLASH_END - OTA_FLASH_BASE };

#endif
