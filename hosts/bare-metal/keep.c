/* SPDX-License-Identifier: MIT */
#include "xsAll.h"
#include "xsScript.h"

#include "bundle.h"
#include "keep.h"

/* Bytes that were copied. */
typedef struct Kept {
	void *copy;
	size_t size;
} Kept;

/* The list is as far away as copies never come: there is memory enough where machines are prepared. */
enum { DISTANCE_OF_LIST = 1024 * 1024 };

static struct {
	char *end;
	Kept *list;
	size_t count;
} kept;

extern const txS1 gxCodeSizes[XS_CODE_COUNT];

static size_t read_size(const txU1 *bytes, int width)
{
	size_t size = 0;

	for (int i = 0; i < width; i++)
		size |= (size_t)bytes[i] << 8 * i;
	return size;
}

/* The length of the function's body that begins behind this instruction; 0 when it makes no function. */
static size_t body_behind(const txU1 *instruction)
{
	switch (*instruction) {
	case XS_CODE_CODE_ARCHIVE_1:
	case XS_CODE_CODE_ARCHIVE_2:
	case XS_CODE_CODE_ARCHIVE_4:
		return read_size(instruction + 1, gxCodeSizes[*instruction] - 1);
	default:
		return 0;
	}
}

/* The next instruction, into functions as well. */
static const txU1 *next(const txU1 *instruction)
{
	txS1 size = gxCodeSizes[*instruction];

	if (size < 0)
		return instruction + 1 - size + read_size(instruction + 1, -size);
	return instruction + (size ? (size_t)size : 1 + sizeof(txID));
}

/* The length of the function's body that begins here, in a module that is lent. */
static size_t body_size(const txU1 *body)
{
	const txU1 *at, *before = NULL;
	XsOtaModule module;
	uint32_t number = 0;

	do
		xs_ota_bundle_lent_at(number++, &module);
	while (body < (txU1 *)module.code || body >= (txU1 *)module.code + module.code_size);
	for (at = (txU1 *)module.code; at < body; at = next(at))
		before = at;
	return before ? body_behind(before) : 0;
}

static void *copy_of(const void *from, size_t size)
{
	Kept *item = kept.list;

	while (item < kept.list + kept.count && (item->size != size || c_memcmp(item->copy, from, size) != 0))
		item++;
	if (item == kept.list + kept.count) {
		*item = (Kept){ kept.end, size };
		c_memcpy(kept.end, from, size);
		kept.end += size;
		kept.count++;
	}
	return item->copy;
}

static void *copy_of_text(const char *text)
{
	return xs_ota_bundle_lends(text) ? copy_of(text, c_strlen(text) + 1) : (void *)text;
}

void xs_ota_keep_begin(char *end)
{
	kept.end = end;
	kept.list = (Kept *)(end + DISTANCE_OF_LIST);
	kept.count = 0;
}

void xs_ota_keep(txSlot *slot)
{
	switch (slot->kind) {
	case XS_CODE_X_KIND:
		if (xs_ota_bundle_lends(slot->value.code.address))
			slot->value.code.address = copy_of(slot->value.code.address, body_size((txU1 *)slot->value.code.address));
		break;
	case XS_STRING_X_KIND:
		slot->value.string = copy_of_text(slot->value.string);
		break;
	case XS_KEY_X_KIND:
		slot->value.key.string = copy_of_text(slot->value.key.string);
		break;
	default:
		break;
	}
}

char *xs_ota_keep_end(void)
{
	return kept.end;
}
