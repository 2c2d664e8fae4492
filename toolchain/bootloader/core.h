/* SPDX-License-Identifier: MIT
 *
 * What the files of the core share. Formats: docs/flash-format.md.
 */
#ifndef OTA_CORE_H
#define OTA_CORE_H

#include "boot.h"

/* Largest alignment of a trailer field, and largest field: the magic. */
#define OTA_ALIGN_MAX 32u

/* Swap types as stored in swap info. Source: MCUboot docs/design.md, "Image trailer". */
typedef enum OtaSwapType {
	OTA_SWAP_NONE = 0,
	OTA_SWAP_TEST = 2,
	OTA_SWAP_PERMANENT = 3,
	OTA_SWAP_REVERT = 4
} OtaSwapType;

/* Where the fields of one slot's trailer are: offsets in bytes from the start of the slot. */
typedef struct OtaTrailerLayout {
	uint32_t start;	/* of the blocks that hold the trailer */
	uint32_t status;
	uint32_t swap_size;
	uint32_t swap_info;
	uint32_t copy_done;
	uint32_t image_ok;
	uint32_t magic;
} OtaTrailerLayout;

/* What both slots have in common, and where things are. */
typedef struct OtaLayout {
	uint32_t block;	/* swap block: the larger of the slots' erase blocks */
	uint32_t unit;	/* a status entry: the larger of the slots' writeSizes */
	uint32_t align;	/* of trailer fields */
	uint32_t blocks;	/* swap blocks in slot-a */
	uint32_t capacity;	/* largest image */
	OtaTrailerLayout slot[2];
} OtaLayout;

typedef struct OtaCore {
	const OtaBootPort *port;
	OtaLayout layout;
} OtaCore;

/* The fields of a trailer that decide. */
typedef struct OtaTrailer {
	bool magic;	/* good */
	OtaSwapType swap_type;	/* OTA_SWAP_NONE when unset or not one of the known ones */
	bool copy_done;	/* set, or begun: docs/adr/0004 */
	bool image_ok;
} OtaTrailer;

typedef enum OtaAction {
	OTA_DO_RESUME,
	OTA_DO_TEST,
	OTA_DO_PERMANENT,
	OTA_DO_REVERT,
	OTA_DO_NOTHING
} OtaAction;

/* decide.c */
OtaAction ota_decide(const OtaTrailer *a, const OtaTrailer *b);

/* trailer.c; the ints are 0, or the port's failure */
bool ota_layout(OtaLayout *layout, const OtaGeometry *a, const OtaGeometry *b);
int ota_trailer_read(const OtaCore *core, OtaArea slot, OtaTrailer *trailer);
int ota_trailer_erase(const OtaCore *core, OtaArea slot);
int ota_trailer_write_byte(const OtaCore *core, OtaArea slot, uint32_t offset, uint8_t value);
int ota_trailer_write_swap_size(const OtaCore *core, OtaArea slot, uint32_t size);
int ota_trailer_write_magic(const OtaCore *core, OtaArea slot);
int ota_field_is_set(const OtaCore *core, OtaArea area, uint32_t offset, uint32_t length, bool *set);

/* swap.c; OTA_FLASH_FAILED: to be tried again at the next reset */
OtaReason ota_swap_request(const OtaCore *core, OtaSwapType type);
OtaReason ota_swap_begin(const OtaCore *core, OtaSwapType type, uint32_t bytes);
OtaReason ota_swap_run(const OtaCore *core);
OtaReason ota_swap_keep(const OtaCore *core);

/* image.c */
OtaReason ota_image_read(const OtaCore *core, OtaArea slot, OtaImage *image);
OtaReason ota_image_verify(const OtaCore *core, OtaArea slot, OtaImage *image);

/* counter.c */
int ota_counter_read(const OtaCore *core, uint32_t *counter);
int ota_counter_raise(const OtaCore *core, uint32_t counter);
bool ota_counter_can_store(const OtaCore *core, uint32_t counter);

/* boot.c */
void ota_log(const OtaCore *core, const char *message);

#endif
