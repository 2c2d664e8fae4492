/* SPDX-License-Identifier: MIT
 * Flash partitions by name: the C half of flash-storage.ts. */
#include "xsmc.h"
#include "mc.xs.h"

#include "flash-map.h"

#include <stdbool.h>
#include <string.h>

typedef struct OtaFlashRecord {
	const XsOtaPartition *partition;
	bool read_only;
} OtaFlashRecord;

void xs_flashstorage_destructor(void *data)
{
	(void)data;	/* the record is a chunk of the heap, and holds nothing else */
}

static OtaFlashRecord record(xsMachine *the)
{
	OtaFlashRecord *chunk = xsmcGetHostChunkValidate(xsThis, xs_flashstorage_destructor);

	if (!chunk || !chunk->partition)
		xsUnknownError("closed");
	return *chunk;
}

static OtaFlashRecord writable_record(xsMachine *the)
{
	OtaFlashRecord flash = record(the);

	if (flash.read_only)
		xsUnknownError("read-only");
	return flash;
}

static void check(xsMachine *the, XsOtaFlashStatus status)
{
	if (status == XS_OTA_FLASH_RANGE)
		xsRangeError("%s", (char *)xs_ota_flash_status_text(status));
	if (status != XS_OTA_FLASH_FINE)
		xsUnknownError("%s", (char *)xs_ota_flash_status_text(status));
}

/* an argument that must be a whole number that a flash offset can be */
static uint32_t offset_argument(xsMachine *the, int index)
{
	xsNumberValue value = xsmcToNumber(xsArg(index));

	if (!(value >= 0 && value <= UINT32_MAX) || value != (uint32_t)value)
		xsRangeError("%s", (char *)xs_ota_flash_status_text(XS_OTA_FLASH_RANGE));
	return (uint32_t)value;
}

void xs_flashstorage(xsMachine *the)
{
	OtaFlashRecord flash = { NULL, false };

	flash.partition = xs_ota_flash_find(xsmcToString(xsArg(0)));
	if (!flash.partition)
		xsUnknownError("no partition \"%s\"", xsmcToString(xsArg(0)));
	if (xsmcTypeOf(xsArg(1)) != xsUndefinedType) {
		const char *mode = xsmcToString(xsArg(1));

		flash.read_only = strcmp(mode, "r") == 0;
		if (!flash.read_only && strcmp(mode, "r+") != 0)
			xsRangeError("mode is neither \"r\" nor \"r+\"");
	}
	xsmcSetHostChunk(xsThis, &flash, sizeof(flash));
}

void xs_flashstorage_close(xsMachine *the)
{
	OtaFlashRecord *chunk = xsmcGetHostChunkValidate(xsThis, xs_flashstorage_destructor);

	chunk->partition = NULL;
}

void xs_flashstorage_eraseBlock(xsMachine *the)
{
	OtaFlashRecord flash = writable_record(the);
	uint32_t first = offset_argument(the, 0);
	uint32_t end = xsmcTypeOf(xsArg(1)) == xsUndefinedType ? first + 1 : offset_argument(the, 1);

	if (end < first)
		xsRangeError("ends before it begins");
	check(the, xs_ota_flash_erase(flash.partition, first, end - first));
}

void xs_flashstorage_read(xsMachine *the)
{
	OtaFlashRecord flash = record(the);
	uint32_t offset = offset_argument(the, 1);
	xsUnsignedValue length;
	void *bytes;

	if (xsmcTypeOf(xsArg(0)) == xsReferenceType) {
		xsmcGetBufferWritable(xsArg(0), &bytes, &length);
		xsmcSetInteger(xsResult, (xsIntegerValue)length);
	}
	else {
		length = offset_argument(the, 0);
		if (length > flash.partition->size)
			check(the, XS_OTA_FLASH_RANGE);
		bytes = xsmcSetArrayBuffer(xsResult, NULL, (xsIntegerValue)length);
	}
	check(the, xs_ota_flash_read(flash.partition, offset, bytes, length));
}

void xs_flashstorage_write(xsMachine *the)
{
	OtaFlashRecord flash = writable_record(the);
	uint32_t offset = offset_argument(the, 1);
	xsUnsignedValue length;
	void *bytes;

	xsmcGetBufferReadable(xsArg(0), &bytes, &length);
	check(the, xs_ota_flash_write(flash.partition, offset, bytes, length));
}

static void set_number(xsMachine *the, xsIdentifier id, uint32_t value)
{
	xsmcSetNumber(xsVar(0), value);
	xsmcSet(xsResult, id, xsVar(0));
}

void xs_flashstorage_status(xsMachine *the)
{
	OtaFlashRecord flash = record(the);

	xsmcVars(1);
	xsmcSetNewObject(xsResult);
	set_number(the, xsID_size, flash.partition->size);
	set_number(the, xsID_blockLength, xs_ota_flash_map.block_size);
	set_number(the, xsID_blocks, flash.partition->size / xs_ota_flash_map.block_size);
	set_number(the, xsID_writeAlign, xs_ota_flash_map.write_size);
	set_number(the, xsID_eraseValue, xs_ota_flash_map.erased_byte);
}

void xs_flashstorage_names(xsMachine *the)
{
	xsmcVars(1);
	xsmcSetNewArray(xsResult, 0);
	for (int i = 0; xs_ota_flash_map.partitions[i].name; i++) {
		xsmcSetString(xsVar(0), (xsStringValue)xs_ota_flash_map.partitions[i].name);
		xsmcSetIndex(xsResult, i, xsVar(0));
	}
}
