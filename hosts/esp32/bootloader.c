/* SPDX-License-Identifier: MIT
 * Boot flags of ESP-IDF: the C half of bootloader.ts. Reports and sets; decides nothing.
 * Source: ESP-IDF v6.0 esp_ota_ops.h, esp_flash_partitions.h. */
#include "xsmc.h"

#include "app_update/include/esp_ota_ops.h"
#include "esp_app_desc.h"
#include "esp_flash_partitions.h"
#include "esp_partition.h"
#include "sdkconfig.h"

#include <string.h>

#ifndef CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE
#error "xs-ota needs CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE=y: see hosts/esp32/sdkconfig/sdkconfig.defaults"
#endif
#ifdef CONFIG_BOOTLOADER_SKIP_VALIDATE_ALWAYS
#error "xs-ota needs CONFIG_BOOTLOADER_SKIP_VALIDATE_ALWAYS=n: see hosts/esp32/sdkconfig/sdkconfig.defaults"
#endif
#ifndef CONFIG_ESP_TASK_WDT_PANIC
#error "xs-ota needs CONFIG_ESP_TASK_WDT_PANIC=y: see hosts/esp32/sdkconfig/sdkconfig.defaults"
#endif
#ifdef CONFIG_SECURE_FLASH_ENC_ENABLED
#error "xs-ota does not support flash encryption yet: see docs/adr/0012-esp32.md"
#endif

/* Of esp_efuse.h, which needs folders that the SDK does not look in. */
uint32_t esp_efuse_read_secure_version(void);

enum { DIGEST_SIZE = 32, OTADATA_ENTRIES = 2 };

/* The order is that of `states`, bootloader.ts. */
typedef enum OtaSlotState { SLOT_VALID, SLOT_PENDING_COMMIT, SLOT_INVALID, SLOT_UNKNOWN } OtaSlotState;

/* An image that was flashed over a cable has no entry in otadata, or one without a state. */
static OtaSlotState running_state(void)
{
	esp_ota_img_states_t state;
	esp_err_t error = esp_ota_get_state_partition(esp_ota_get_running_partition(), &state);

	if (error == ESP_ERR_NOT_FOUND || error == ESP_ERR_NOT_SUPPORTED)
		return SLOT_VALID;
	if (error != ESP_OK)
		return SLOT_UNKNOWN;
	switch (state) {
	case ESP_OTA_IMG_PENDING_VERIFY:
		return SLOT_PENDING_COMMIT;
	case ESP_OTA_IMG_INVALID:
	case ESP_OTA_IMG_ABORTED:
		return SLOT_INVALID;
	default:
		return SLOT_VALID;
	}
}

/* returns an OtaSlotState */
void xs_otaboot_state(xsMachine *the)
{
	xsmcSetInteger(xsResult, running_state());
}

/* A sequence number counts from 1, and picks the slot by its remainder; an erased one picks none. */
static bool names_slot(uint32_t sequence, const esp_partition_t *slot)
{
	if (sequence == 0 || sequence == UINT32_MAX)
		return false;
	return (sequence - 1) % esp_ota_get_app_partition_count() == slot->subtype - ESP_PARTITION_SUBTYPE_APP_OTA_MIN;
}

/* Erases what otadata says of `slot`, each of its two entries being in a sector of its own. */
static esp_err_t forget(const esp_partition_t *slot)
{
	const esp_partition_t *otadata = esp_partition_find_first(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_DATA_OTA, NULL);
	esp_ota_select_entry_t entry;
	esp_err_t error = otadata ? ESP_OK : ESP_ERR_NOT_FOUND;

	for (size_t i = 0; error == ESP_OK && i < OTADATA_ENTRIES; i++) {
		size_t offset = i * otadata->erase_size;

		error = esp_partition_read(otadata, offset, &entry, sizeof(entry));
		if (error == ESP_OK && names_slot(entry.ota_seq, slot))
			error = esp_partition_erase_range(otadata, offset, otadata->erase_size);
	}
	return error;
}

/* returns an esp_err_t */
void xs_otaboot_clearSpare(xsMachine *the)
{
	const esp_partition_t *spare = esp_ota_get_next_update_partition(NULL);

	xsmcSetInteger(xsResult, spare ? forget(spare) : ESP_ERR_NOT_FOUND);
}

/* returns an esp_err_t */
void xs_otaboot_setPending(xsMachine *the)
{
	xsmcSetInteger(xsResult, esp_ota_set_boot_partition(esp_ota_get_next_update_partition(NULL)));
}

/* returns an esp_err_t */
void xs_otaboot_confirm(xsMachine *the)
{
	xsmcSetInteger(xsResult, esp_ota_mark_app_valid_cancel_rollback());
}

/*
 * returns an esp_err_t
 * Where otadata names no other image, as after the very first update, ESP-IDF refuses; the bootloader
 * then leaves the unconfirmed image at the next reset all the same, for the image in ota_0.
 */
void xs_otaboot_revert(xsMachine *the)
{
	esp_err_t error = esp_ota_mark_app_invalid_rollback();

	xsmcSetInteger(xsResult, error == ESP_ERR_OTA_ROLLBACK_FAILED ? ESP_OK : error);
}

/* (isRunning): returns the digest at the end of the image, or undefined where there is no image */
void xs_otaboot_identify(xsMachine *the)
{
	const esp_partition_t *slot
		= xsmcToBoolean(xsArg(0)) ? esp_ota_get_running_partition() : esp_ota_get_next_update_partition(NULL);
	uint8_t digest[DIGEST_SIZE];

	if (slot && esp_partition_get_sha256(slot, digest) == ESP_OK)
		xsmcSetArrayBuffer(xsResult, digest, sizeof(digest));
}

/* returns the least secure version that may start, 0..32 */
void xs_otaboot_secureVersion(xsMachine *the)
{
#ifdef CONFIG_BOOTLOADER_APP_ANTI_ROLLBACK
	xsmcSetInteger(xsResult, (xsIntegerValue)esp_efuse_read_secure_version());
#else
	xsmcSetInteger(xsResult, 0);
#endif
}

/* returns the text of the application descriptor */
void xs_otaboot_version(xsMachine *the)
{
	const esp_app_desc_t *descriptor = esp_app_get_description();
	char text[sizeof(descriptor->version) + 1];

	memcpy(text, descriptor->version, sizeof(descriptor->version));
	text[sizeof(descriptor->version)] = 0;
	xsmcSetString(xsResult, text);
}
