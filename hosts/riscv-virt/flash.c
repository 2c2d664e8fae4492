/* SPDX-License-Identifier: MIT
 * The flash driver: NOR's rules, which the emulator does not keep, over the chips' commands. Only an erase sets
 * bits, by blocks; a byte is programmed once between two erases. */
#include "flash-driver.h"
#include "nor.h"
#include "registers.h"

#include <string.h>

/* In the query table: the largest buffer, as a power of two. */
enum { BUFFER_SIZE_EXPONENT = 0x2A };

static const uint8_t *const flash = (const uint8_t *)FLASH_BASE;

/* Whether the chips are those that nor.c has the commands of. Source: JEDEC JESD68.01, table 1; JEP137B, 0x0001. */
static bool answer_as_known(void)
{
	static const struct {
		uint32_t index;
		int value;
	} answers[] = { { 0x10, 'Q' }, { 0x11, 'R' }, { 0x12, 'Y' }, { 0x13, 0x01 }, { 0x14, 0x00 } };

	for (uint32_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (xs_ota_nor_query(answers[i].index) != answers[i].value)
			return false;
	return 1u << xs_ota_nor_query(BUFFER_SIZE_EXPONENT) >= NOR_BUFFER_SIZE;
}

/* Asked once: the chips' answers do not change, and while they answer the flash is not memory. */
static bool is_known(void)
{
	static bool known;

	known = known || answer_as_known();
	return known;
}

/* How often each block was erased: a word for each behind the flash, 0 in a new file. For tests: the emulator lets
 * it be overwritten, which NOR would not. */
static bool count_erase(uint32_t offset)
{
	uint32_t at = xs_ota_flash_map.size + offset / xs_ota_flash_map.block_size * (uint32_t)sizeof(uint32_t);
	uint32_t count;

	memcpy(&count, flash + at, sizeof(count));
	count++;
	return xs_ota_nor_program(at, &count, 1);
}

XsOtaFlashStatus xs_ota_flash_driver_read(uint32_t offset, void *into, uint32_t length)
{
	memcpy(into, flash + offset, length);
	return XS_OTA_FLASH_FINE;
}

/* By way of RAM: while it is programmed, the flash cannot be read, and `bytes` may be in it. */
XsOtaFlashStatus xs_ota_flash_driver_write(uint32_t offset, const void *bytes, uint32_t length)
{
	static uint32_t buffer[NOR_BUFFER_SIZE / sizeof(uint32_t)];
	const uint8_t *from = bytes;

	if (!is_known())
		return XS_OTA_FLASH_DEVICE;
	for (uint32_t i = 0; i < length; i++)
		if (flash[offset + i] != xs_ota_flash_map.erased_byte)
			return XS_OTA_FLASH_NOT_ERASED;
	while (length > 0) {
		uint32_t room = NOR_BUFFER_SIZE - offset % NOR_BUFFER_SIZE;
		uint32_t count = length < room ? length : room;

		memcpy(buffer, from, count);
		if (!xs_ota_nor_program(offset, buffer, count / sizeof(uint32_t)))
			return XS_OTA_FLASH_DEVICE;
		from += count;
		offset += count;
		length -= count;
	}
	return XS_OTA_FLASH_FINE;
}

XsOtaFlashStatus xs_ota_flash_driver_erase(uint32_t offset)
{
	return count_erase(offset) && xs_ota_nor_erase(offset) ? XS_OTA_FLASH_FINE : XS_OTA_FLASH_DEVICE;
}
