/* SPDX-License-Identifier: MIT
 *
 * The trailers: where their fields are, reading and writing them. Source: docs/flash-format.md, "Slot and trailer".
 */
#include "core.h"
#include <string.h>

#define MAGIC_SIZE 16u

/* Source: MCUboot bootutil_public.c, boot_img_magic, for an alignment of 8 and for all others. */
static const uint8_t magic_of_8[MAGIC_SIZE] = {
	0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2, 0xef, 0x7f, 0x35, 0x52, 0x50, 0x0f, 0x2c, 0xb6, 0x79, 0x80
};
static const uint8_t magic_of_more[MAGIC_SIZE] = {
	0, 0, 0x2d, 0xe1, 0x5d, 0x29, 0x41, 0x0b, 0x8d, 0x77, 0x67, 0x9c, 0x11, 0x0f, 0x1f, 0x8a
};

static uint32_t larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static uint32_t round_up(uint32_t value, uint32_t unit)
{
	return (value + unit - 1) / unit * unit;
}

/* Lays one slot's trailer out. Returns the bytes left below it, 0 when it does not fit. */
static uint32_t lay_out(OtaTrailerLayout *slot, const OtaLayout *layout, uint32_t size)
{
	uint32_t magic = round_up(MAGIC_SIZE, layout->align);
	uint32_t status = 3 * (size / layout->block) * layout->unit;
	uint32_t trailer = round_up(status + 4 * layout->align + magic, layout->block);
	if (trailer >= size)
		return 0;
	slot->start = size - trailer;
	slot->magic = size - magic;
	slot->image_ok = slot->magic - layout->align;
	slot->copy_done = slot->image_ok - layout->align;
	slot->swap_info = slot->copy_done - layout->align;
	slot->swap_size = slot->swap_info - layout->align;
	slot->status = slot->swap_size - status;
	return slot->start;
}

static bool fits(const OtaGeometry *geometry, uint32_t block)
{
	uint32_t write = geometry->write_size;
	return geometry->block_size > 0 && block % geometry->block_size == 0 && geometry->size % block == 0
		&& write > 0 && write <= OTA_ALIGN_MAX && (write & (write - 1)) == 0
		&& geometry->block_size % OTA_ALIGN_MAX == 0 && geometry->size <= INT32_MAX;
}

/* False when two slots of these geometries cannot be swapped. */
bool ota_layout(OtaLayout *layout, const OtaGeometry *a, const OtaGeometry *b)
{
	layout->block = larger(a->block_size, b->block_size);
	layout->unit = larger(a->write_size, b->write_size);
	layout->align = larger(layout->unit, 8);
	if (layout->block == 0 || !fits(a, layout->block) || !fits(b, layout->block))
		return false;
	layout->blocks = a->size / layout->block;
	uint32_t room_a = lay_out(&layout->slot[OTA_SLOT_A], layout, a->size);
	uint32_t room_b = lay_out(&layout->slot[OTA_SLOT_B], layout, b->size);
	if (room_a <= layout->block || room_b == 0)
		return false;
	room_a -= layout->block;	/* the move needs one block above the image */
	layout->capacity = room_a < room_b ? room_a : room_b;
	return true;
}

/* A field is set when any of its bytes is not erased: its write was begun. */
int ota_field_is_set(const OtaCore *core, OtaArea area, uint32_t offset, uint32_t length, bool *set)
{
	uint8_t bytes[OTA_ALIGN_MAX];
	int failed = core->port->read(core->port->context, area, offset, bytes, length);
	*set = false;
	for (uint32_t i = 0; !failed && i < length; i++)
		*set |= bytes[i] != core->port->geometry[area].erased_byte;
	return failed;
}

static void format_magic(const OtaCore *core, uint8_t magic[MAGIC_SIZE])
{
	if (core->layout.align == 8) {
		memcpy(magic, magic_of_8, MAGIC_SIZE);
		return;
	}
	memcpy(magic, magic_of_more, MAGIC_SIZE);
	magic[0] = (uint8_t)core->layout.align;
}

static int read_magic(const OtaCore *core, OtaArea slot, bool *good)
{
	uint8_t found[MAGIC_SIZE], wanted[MAGIC_SIZE];
	uint32_t offset = core->port->geometry[slot].size - MAGIC_SIZE;
	int failed = core->port->read(core->port->context, slot, offset, found, MAGIC_SIZE);
	format_magic(core, wanted);
	*good = !failed && memcmp(found, wanted, MAGIC_SIZE) == 0;
	return failed;
}

static OtaSwapType swap_type_of(uint8_t info)
{
	return info >= OTA_SWAP_TEST && info <= OTA_SWAP_REVERT ? (OtaSwapType)info : OTA_SWAP_NONE;
}

int ota_trailer_read(const OtaCore *core, OtaArea slot, OtaTrailer *trailer)
{
	const OtaTrailerLayout *at = &core->layout.slot[slot];
	const OtaBootPort *port = core->port;
	uint8_t info;
	memset(trailer, 0, sizeof *trailer);
	if (read_magic(core, slot, &trailer->magic) != 0
			|| port->read(port->context, slot, at->swap_info, &info, 1) != 0
			|| ota_field_is_set(core, slot, at->copy_done, core->layout.align, &trailer->copy_done) != 0
			|| ota_field_is_set(core, slot, at->image_ok, core->layout.align, &trailer->image_ok) != 0)
		return -1;
	trailer->swap_type = info == port->geometry[slot].erased_byte ? OTA_SWAP_NONE : swap_type_of(info);
	return 0;
}

int ota_trailer_erase(const OtaCore *core, OtaArea slot)
{
	const OtaGeometry *geometry = &core->port->geometry[slot];
	uint32_t start = core->layout.slot[slot].start;
	return core->port->erase(core->port->context, slot, start / geometry->block_size,
		(geometry->size - start) / geometry->block_size);
}

/* Writes a whole field, the rest of it as erased. */
static int write_field(const OtaCore *core, OtaArea slot, uint32_t offset, const uint8_t *value, uint32_t length)
{
	uint8_t bytes[OTA_ALIGN_MAX];
	memset(bytes, core->port->geometry[slot].erased_byte, sizeof bytes);
	memcpy(bytes, value, length);
	return core->port->write(core->port->context, slot, offset, bytes, core->layout.align);
}

int ota_trailer_write_byte(const OtaCore *core, OtaArea slot, uint32_t offset, uint8_t value)
{
	return write_field(core, slot, offset, &value, 1);
}

int ota_trailer_write_swap_size(const OtaCore *core, OtaArea slot, uint32_t size)
{
	const uint8_t value[4] = {
		(uint8_t)size, (uint8_t)(size >> 8), (uint8_t)(size >> 16), (uint8_t)(size >> 24)
	};
	return write_field(core, slot, core->layout.slot[slot].swap_size, value, sizeof value);
}

int ota_trailer_write_magic(const OtaCore *core, OtaArea slot)
{
	uint8_t bytes[OTA_ALIGN_MAX];
	uint32_t offset = core->layout.slot[slot].magic;
	uint32_t length = core->port->geometry[slot].size - offset;
	memset(bytes, core->port->geometry[slot].erased_byte, sizeof bytes);
	format_magic(core, bytes + length - MAGIC_SIZE);
	return core->port->write(core->port->context, slot, offset, bytes, length);
}
