/* SPDX-License-Identifier: MIT
 * What all flashes have in common: names, and the rules that a driver checks before it acts. */
#include "flash-driver.h"

#include <string.h>

const XsOtaPartition *xs_ota_flash_find(const char *name)
{
	for (const XsOtaPartition *p = xs_ota_flash_map.partitions; p->name; p++)
		if (strcmp(p->name, name) == 0)
			return p;
	return NULL;
}

static int inside(const XsOtaPartition *partition, uint64_t offset, uint64_t length)
{
	return offset + length <= partition->size;
}

XsOtaFlashStatus xs_ota_flash_read(const XsOtaPartition *partition, uint32_t offset, void *into, uint32_t length)
{
	if (!inside(partition, offset, length))
		return XS_OTA_FLASH_RANGE;
	return xs_ota_flash_driver_read(partition->offset + offset, into, length);
}

XsOtaFlashStatus xs_ota_flash_write(const XsOtaPartition *partition, uint32_t offset, const void *bytes, uint32_t length)
{
	if (!inside(partition, offset, length))
		return XS_OTA_FLASH_RANGE;
	if (offset % xs_ota_flash_map.write_size || length % xs_ota_flash_map.write_size)
		return XS_OTA_FLASH_ALIGNMENT;
	return length ? xs_ota_flash_driver_write(partition->offset + offset, bytes, length) : XS_OTA_FLASH_FINE;
}

XsOtaFlashStatus xs_ota_flash_erase(const XsOtaPartition *partition, uint32_t first, uint32_t count)
{
	uint64_t block_size = xs_ota_flash_map.block_size;

	if (!inside(partition, first * block_size, count * block_size))
		return XS_OTA_FLASH_RANGE;
	for (uint32_t block = first; block < first + count; block++) {
		XsOtaFlashStatus status =
			xs_ota_flash_driver_erase(partition->offset + block * xs_ota_flash_map.block_size);
		if (status != XS_OTA_FLASH_FINE)
			return status;
	}
	return XS_OTA_FLASH_FINE;
}

const char *xs_ota_flash_status_text(XsOtaFlashStatus status)
{
	static const char *const texts[] = {
		"fine", "outside the partition", "not aligned to the write size", "not erased", "the device failed"
	};

	return texts[status];
}
