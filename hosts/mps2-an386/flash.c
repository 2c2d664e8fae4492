/* SPDX-License-Identifier: MIT
 * The flash: memory that the emulator keeps in a file. It takes any write, so NOR's rules are kept here: only an
 * erase sets bits, by blocks; a byte is programmed once between two erases. */
#include "flash-driver.h"
#include "registers.h"

#include <string.h>

/* How often each block was erased: after the flash, 0 in a new file. */
static volatile uint32_t *wear(uint32_t offset)
{
	return (volatile uint32_t *)(FLASH_BASE + xs_ota_flash_map.size) + offset / xs_ota_flash_map.block_size;
}

XsOtaFlashStatus xs_ota_flash_driver_read(uint32_t offset, void *into, uint32_t length)
{
	memcpy(into, FLASH_BASE + offset, length);
	return XS_OTA_FLASH_FINE;
}

XsOtaFlashStatus xs_ota_flash_driver_write(uint32_t offset, const void *bytes, uint32_t length)
{
	const uint8_t *from = bytes;
	uint8_t *to = FLASH_BASE + offset;

	for (uint32_t i = 0; i < length; i++)
		if (to[i] != xs_ota_flash_map.erased_byte)
			return XS_OTA_FLASH_NOT_ERASED;
	memcpy(to, from, length);
	return XS_OTA_FLASH_FINE;
}

XsOtaFlashStatus xs_ota_flash_driver_erase(uint32_t offset)
{
	(*wear(offset))++;
	memset(FLASH_BASE + offset, xs_ota_flash_map.erased_byte, xs_ota_flash_map.block_size);
	return XS_OTA_FLASH_FINE;
}
