/* SPDX-License-Identifier: MIT
 * The flash: memory that the emulator keeps in a file. It would take any write, so NOR's rules are kept here: nothing
 * but this driver writes, for the memory protection unit faults on any other store; only an erase sets bits, by blocks;
 * a byte is programmed once between two erases. */
#include "flash.h"

#include "flash-driver.h"
#include "registers.h"

#include <string.h>

/* How often each block was erased: after the flash, 0 in a new file. */
static volatile uint32_t *wear(uint32_t offset)
{
	return (volatile uint32_t *)(FLASH_BASE + xs_ota_flash_map.size) + offset / xs_ota_flash_map.block_size;
}

static void barrier(void)
{
	__asm volatile("dsb\n\tisb" ::: "memory");
}

void xs_ota_flash_lock(void)
{
	MPU_REGION = 0;
	MPU_BASE = (uint32_t)(uintptr_t)FLASH_BASE;
	MPU_ATTRIBUTES = MPU_READ_ONLY | MPU_CACHED | MPU_SIZE_16M | MPU_REGION_ENABLE;
	MPU_CONTROL = MPU_ENABLE | MPU_PRIVILEGED_DEFAULT;
	barrier();
}

static void unlock(void)
{
	MPU_CONTROL = 0;
	barrier();
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
	unlock();
	memcpy(to, from, length);
	xs_ota_flash_lock();
	return XS_OTA_FLASH_FINE;
}

XsOtaFlashStatus xs_ota_flash_driver_erase(uint32_t offset)
{
	unlock();
	(*wear(offset))++;
	memset(FLASH_BASE + offset, xs_ota_flash_map.erased_byte, xs_ota_flash_map.block_size);
	xs_ota_flash_lock();
	return XS_OTA_FLASH_FINE;
}
