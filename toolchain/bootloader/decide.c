/* SPDX-License-Identifier: MIT
 *
 * The decision table. The same rows, in the same order, stand in pal/boot/table.ts; a test holds them equal.
 */
#include "core.h"

enum { NO, YES, ANY };

typedef struct Row {
	uint8_t a_magic, a_swap_info, a_copy_done, a_image_ok, b_magic, b_image_ok;
	OtaAction action;
} Row;

/* First match wins. Source: docs/flash-format.md, "What the bootloader does at a reset". */
static const Row table[] = {
	/* slot-a: magic, swap info, copy done, image ok    slot-b: magic, image ok */
	{ YES, YES, NO,  ANY,    NO,  ANY,    OTA_DO_RESUME },
	{ ANY, ANY, ANY, ANY,    YES, NO,     OTA_DO_TEST },
	{ ANY, ANY, ANY, ANY,    YES, YES,    OTA_DO_PERMANENT },
	{ YES, ANY, YES, NO,     NO,  ANY,    OTA_DO_REVERT },
};

static bool matches(uint8_t wanted, bool found)
{
	return wanted == ANY || (wanted == YES) == found;
}

OtaAction ota_decide(const OtaTrailer *a, const OtaTrailer *b)
{
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		const Row *row = &table[i];
		if (matches(row->a_magic, a->magic)
				&& matches(row->a_swap_info, a->swap_type != OTA_SWAP_NONE)
				&& matches(row->a_copy_done, a->copy_done)
				&& matches(row->a_image_ok, a->image_ok)
				&& matches(row->b_magic, b->magic)
				&& matches(row->b_image_ok, b->image_ok))
			return row->action;
	}
	return OTA_DO_NOTHING;
}
