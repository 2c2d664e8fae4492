/* SPDX-License-Identifier: MIT */
#include "xsAll.h"
#include "xsScript.h"

#include "bundle.h"
#include "bytecode.h"
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
			slot->value.code.address = copy_of(slot->value.code.address, xs_ota_bytecode_body_size((txU1 *)slot->value.code.address));
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
