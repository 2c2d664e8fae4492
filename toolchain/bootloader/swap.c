/* SPDX-License-Identifier: MIT
 *
 * The swap: slot-a's image moves up by one block, then the slots change places block by block. A step reads
 * only what it does not write, so it may be cut and repeated; its entry in slot-a's swap status is written
 * after it. Source: docs/flash-format.md, "Swap, step by step"; MCUboot swap_move.c.
 */
#include "core.h"
#include <string.h>

#define FLAG_SET 0x01u

/*
 * Makes the bootloader swap slot-b in for good, though power fail: until slot-a's trailer takes over, slot-b's
 * says so. The swap type tells a revert from an update that is permanent.
 */
OtaReason ota_swap_request(const OtaCore *core, OtaSwapType type)
{
	const OtaTrailerLayout *at = &core->layout.slot[OTA_SLOT_B];
	if (ota_trailer_erase(core, OTA_SLOT_B) != 0
			|| ota_trailer_write_byte(core, OTA_SLOT_B, at->swap_info, (uint8_t)type) != 0
			|| ota_trailer_write_byte(core, OTA_SLOT_B, at->image_ok, FLAG_SET) != 0
			|| ota_trailer_write_magic(core, OTA_SLOT_B) != 0)
		return OTA_FLASH_FAILED;
	return OTA_FINE;
}

/*
 * Records in slot-a's trailer what is to be swapped: `bytes` of both slots. Once slot-b's magic is gone, the
 * swap resumes; until then it begins anew, so a trailer of slot-a that is half erased is never acted on.
 */
OtaReason ota_swap_begin(const OtaCore *core, OtaSwapType type, uint32_t bytes)
{
	uint32_t block = core->layout.block, info = core->layout.slot[OTA_SLOT_A].swap_info;
	uint32_t size = (bytes + block - 1) / block * block;
	if (ota_trailer_erase(core, OTA_SLOT_A) != 0
			|| ota_trailer_write_swap_size(core, OTA_SLOT_A, size) != 0
			|| ota_trailer_write_byte(core, OTA_SLOT_A, info, (uint8_t)type) != 0
			|| ota_trailer_write_magic(core, OTA_SLOT_A) != 0)
		return OTA_FLASH_FAILED;
	return OTA_FINE;
}

/* The blocks to be swapped. OTA_MALFORMED when swap size cannot be what ota_swap_begin wrote. */
static OtaReason read_block_count(const OtaCore *core, uint32_t *count)
{
	uint8_t field[4];
	uint32_t offset = core->layout.slot[OTA_SLOT_A].swap_size;
	if (core->port->read(core->port->context, OTA_SLOT_A, offset, field, sizeof field) != 0)
		return OTA_FLASH_FAILED;
	uint32_t size = (uint32_t)field[0] | (uint32_t)field[1] << 8 | (uint32_t)field[2] << 16 | (uint32_t)field[3] << 24;
	*count = size / core->layout.block;
	if (size == 0 || size > core->layout.capacity || size % core->layout.block != 0)
		return OTA_MALFORMED;
	return OTA_FINE;
}

/* Where the entry of a step is. Of `count` blocks: steps 0 to count-1 move, the 2 * count after them swap. */
static uint32_t entry_offset(const OtaCore *core, uint32_t step, uint32_t count)
{
	uint32_t index = step < count ? step : core->layout.blocks + (step - count);
	return core->layout.slot[OTA_SLOT_A].status + index * core->layout.unit;
}

/* The step after the last one that is recorded. */
static int find_next_step(const OtaCore *core, uint32_t count, uint32_t *next)
{
	for (*next = 3 * count; *next > 0; (*next)--) {
		bool done;
		uint32_t offset = entry_offset(core, *next - 1, count);
		if (ota_field_is_set(core, OTA_SLOT_A, offset, core->layout.unit, &done) != 0)
			return -1;
		if (done)
			break;
	}
	return 0;
}

static int record_step(const OtaCore *core, uint32_t step, uint32_t count)
{
	uint8_t entry[OTA_ALIGN_MAX];
	memset(entry, core->port->geometry[OTA_SLOT_A].erased_byte, sizeof entry);
	entry[0] = FLAG_SET;
	return core->port->write(core->port->context, OTA_SLOT_A, entry_offset(core, step, count), entry, core->layout.unit);
}

static int erase_swap_block(const OtaCore *core, OtaArea slot, uint32_t index)
{
	uint32_t each = core->layout.block / core->port->geometry[slot].block_size;
	return core->port->erase(core->port->context, slot, index * each, each);
}

/* Copies one swap block, and reads it back: the source is given up only for a copy that is whole. */
static int copy_swap_block(const OtaCore *core, OtaArea from, uint32_t source, OtaArea to, uint32_t target)
{
	const OtaBootPort *port = core->port;
	uint32_t half = port->buffer_size / 2, block = core->layout.block;
	uint8_t *bytes = port->buffer, *again = port->buffer + half;
	if (erase_swap_block(core, to, target) != 0)
		return -1;
	for (uint32_t at = 0; at < block; at += half) {
		uint32_t length = block - at < half ? block - at : half;
		if (port->read(port->context, from, source * block + at, bytes, length) != 0
				|| port->write(port->context, to, target * block + at, bytes, length) != 0
				|| port->read(port->context, to, target * block + at, again, length) != 0
				|| memcmp(bytes, again, length) != 0)
			return -1;
	}
	return 0;
}

static int do_step(const OtaCore *core, uint32_t step, uint32_t count)
{
	if (step < count) {
		uint32_t index = count - 1 - step;
		return copy_swap_block(core, OTA_SLOT_A, index, OTA_SLOT_A, index + 1);
	}
	uint32_t index = (step - count) / 2;
	if ((step - count) % 2 == 0)
		return copy_swap_block(core, OTA_SLOT_B, index, OTA_SLOT_A, index);
	return copy_swap_block(core, OTA_SLOT_A, index + 1, OTA_SLOT_B, index);
}

/*
 * Does a step, twice if need be. What slot-b cannot take any more is given up, though the flash works elsewhere in it: the image that is
 * swapped in starts without one to fall back to, for without its last blocks it would not start at all.
 */
static int take_step(const OtaCore *core, uint32_t step, uint32_t count)
{
	bool saves_fallback = step >= count && (step - count) % 2 != 0;
	if (do_step(core, step, count) == 0 || do_step(core, step, count) == 0)
		return 0;
	if (!saves_fallback || ota_trailer_erase(core, OTA_SLOT_B) != 0)
		return -1;
	ota_log(core, "a block of slot-b fails: no fallback");
	return 0;
}

static int set_flag(const OtaCore *core, uint32_t offset)
{
	bool set;
	if (ota_field_is_set(core, OTA_SLOT_A, offset, core->layout.align, &set) != 0)
		return -1;
	return set ? 0 : ota_trailer_write_byte(core, OTA_SLOT_A, offset, FLAG_SET);
}

/*
 * Confirms slot-a: the image it would be reverted to is refused, so there is nothing left to go back to, and a device
 * that stays on trial would be reset again and again for nothing. Source: MCUboot loader.c, BOOT_SWAP_TYPE_FAIL.
 */
OtaReason ota_swap_keep(const OtaCore *core)
{
	return set_flag(core, core->layout.slot[OTA_SLOT_A].image_ok) == 0 ? OTA_FINE : OTA_FLASH_FAILED;
}

static OtaReason finish(const OtaCore *core)
{
	const OtaTrailerLayout *at = &core->layout.slot[OTA_SLOT_A];
	OtaTrailer a;
	if (ota_trailer_read(core, OTA_SLOT_A, &a) != 0
			|| (a.swap_type != OTA_SWAP_TEST && set_flag(core, at->image_ok) != 0)
			|| set_flag(core, at->copy_done) != 0)
		return OTA_FLASH_FAILED;
	return OTA_FINE;
}

/* Does what is left of the swap that slot-a's trailer names. */
OtaReason ota_swap_run(const OtaCore *core)
{
	uint32_t step, count;
	OtaReason reason = read_block_count(core, &count);
	if (reason != OTA_FINE)
		return reason;
	if (find_next_step(core, count, &step) != 0)
		return OTA_FLASH_FAILED;
	if (step == 0 && ota_trailer_erase(core, OTA_SLOT_B) != 0)
		return OTA_FLASH_FAILED;
	for (; step < 3 * count; step++) {
		if (take_step(core, step, count) != 0 || record_step(core, step, count) != 0)
			return OTA_FLASH_FAILED;
	}
	return finish(core);
}
