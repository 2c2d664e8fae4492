/* SPDX-License-Identifier: MIT
 * The flash of a machine and its partitions. The map itself is made from the host's flash.json. */
#ifndef XS_OTA_FLASH_MAP_H
#define XS_OTA_FLASH_MAP_H

#include <stdint.h>

typedef struct XsOtaPartition {
	const char *name;
	uint32_t offset;	/* bytes from the start of the flash; a multiple of block_size */
	uint32_t size;
} XsOtaPartition;

typedef struct XsOtaFlashMap {
	uint32_t size;
	uint32_t block_size;
	uint32_t write_size;
	uint8_t erased_byte;
	const XsOtaPartition *partitions;	/* ended by a name of NULL */
} XsOtaFlashMap;

extern const XsOtaFlashMap xs_ota_flash_map;

/* NULL when there is none of that name. */
const XsOtaPartition *xs_ota_flash_find(const char *name);

typedef enum XsOtaFlashStatus {
	XS_OTA_FLASH_FINE,
	XS_OTA_FLASH_RANGE,	/* outside the partition */
	XS_OTA_FLASH_ALIGNMENT,
	XS_OTA_FLASH_NOT_ERASED,
	XS_OTA_FLASH_DEVICE	/* the device failed */
} XsOtaFlashStatus;

/* Bytes from the start of the partition. Any alignment. */
XsOtaFlashStatus xs_ota_flash_read(const XsOtaPartition *partition, uint32_t offset, void *into, uint32_t length);

/* Programs erased bytes; offset and length are multiples of write_size. Durable when it returns. */
XsOtaFlashStatus xs_ota_flash_write(const XsOtaPartition *partition, uint32_t offset, const void *bytes, uint32_t length);

/* Erases blocks, counted from the start of the partition. Durable when it returns. */
XsOtaFlashStatus xs_ota_flash_erase(const XsOtaPartition *partition, uint32_t first, uint32_t count);

/* What the status means, for messages. */
const char *xs_ota_flash_status_text(XsOtaFlashStatus status);

#endif
