/* SPDX-License-Identifier: MIT
 * The flash driver over both flashes, of bootloader and application. A partition lies in one of the two. */
#include "flash-driver.h"

#include "external-flash.h"
#include "internal-flash.h"
#include "memory.h"

#include <stdbool.h>
#include <string.h>

/* Both flashes want what they move in RAM and aligned. */
enum { PIECE_SIZE = 256 };

static uint32_t piece[PIECE_SIZE / sizeof(uint32_t)];

static bool is_internal(uint32_t offset)
{
	return offset < OTA_INTERNAL_SIZE;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Fills `piece` from an offset that is a multiple of 4. */
static bool read_piece(uint32_t offset)
{
	if (!is_internal(offset))
		return ota_external_flash_read(offset - OTA_INTERNAL_SIZE, piece, PIECE_SIZE);
	memcpy(piece, (const void *)(uintptr_t)(OTA_FLASH_BASE + offset), PIECE_SIZE);
	return true;
}

XsOtaFlashStatus xs_ota_flash_driver_read(uint32_t offset, void *into, uint32_t length)
{
	uint8_t *to = into;

	while (length > 0) {
		uint32_t skipped = offset % sizeof(uint32_t);
		uint32_t count = least(length, PIECE_SIZE - skipped);

		if (!read_piece(offset - skipped))
			return XS_OTA_FLASH_DEVICE;
		memcpy(to, (const uint8_t *)piece + skipped, count);
		to += count;
		offset += count;
		length -= count;
	}
	return XS_OTA_FLASH_FINE;
}

/* What is on the flash: all erased, or what `expected` has. */
static XsOtaFlashStatus compare(uint32_t offset, const uint8_t *expected, uint32_t length)
{
	for (uint32_t at = 0; at < length; at += PIECE_SIZE) {
		uint32_t count = least(length - at, PIECE_SIZE);
		const uint8_t *found = (const uint8_t *)piece;

		if (!read_piece(offset + at))
			return XS_OTA_FLASH_DEVICE;
		for (uint32_t i = 0; i < count; i++)
			if (found[i] != (expected ? expected[at + i] : xs_ota_flash_map.erased_byte))
				return expected ? XS_OTA_FLASH_DEVICE : XS_OTA_FLASH_NOT_ERASED;
	}
	return XS_OTA_FLASH_FINE;
}

static bool write_piece(uint32_t offset, const uint8_t *bytes, uint32_t length)
{
	memcpy(piece, bytes, length);
	if (is_internal(offset))
		return ota_internal_flash_write(OTA_FLASH_BASE + offset, piece, length);
	return ota_external_flash_write(offset - OTA_INTERNAL_SIZE, piece, length);
}

/* What was written is read back: neither flash tells that a bit did not take. */
XsOtaFlashStatus xs_ota_flash_driver_write(uint32_t offset, const void *bytes, uint32_t length)
{
	const uint8_t *from = bytes;
	XsOtaFlashStatus status = compare(offset, NULL, length);

	if (status != XS_OTA_FLASH_FINE)
		return status;
	for (uint32_t at = 0; at < length; at += PIECE_SIZE)
		if (!write_piece(offset + at, from + at, least(length - at, PIECE_SIZE)))
			return XS_OTA_FLASH_DEVICE;
	return compare(offset, from, length);
}

XsOtaFlashStatus xs_ota_flash_driver_erase(uint32_t offset)
{
	bool done = is_internal(offset) ? ota_internal_flash_erase(OTA_FLASH_BASE + offset)
		: ota_external_flash_erase(offset - OTA_INTERNAL_SIZE);

	if (!done || compare(offset, NULL, xs_ota_flash_map.block_size) != XS_OTA_FLASH_FINE)
		return XS_OTA_FLASH_DEVICE;
	return XS_OTA_FLASH_FINE;
}
