/* SPDX-License-Identifier: MIT */
#include "mbedtls-versions.h"

#include "flash-port.h"

#include "verify-mbedtls.h"

#include <mbedtls/sha256.h>

/* Of the trusted keys, so much is looked at: room for ten RSA-3072 keys. */
enum { BUFFER_SIZE = 4096, KEYS_SIZE = 4096 };

static const XsOtaPartition *areas[OTA_AREAS];
static mbedtls_sha256_context hash;

static int read_area(void *context, OtaArea area, uint32_t offset, void *into, uint32_t length)
{
	(void)context;
	return xs_ota_flash_read(areas[area], offset, into, length);
}

static int write_area(void *context, OtaArea area, uint32_t offset, const void *bytes, uint32_t length)
{
	((const XsOtaBootHost *)context)->feed();
	return xs_ota_flash_write(areas[area], offset, bytes, length);
}

static int erase_area(void *context, OtaArea area, uint32_t first, uint32_t count)
{
	((const XsOtaBootHost *)context)->feed();
	return xs_ota_flash_erase(areas[area], first, count);
}

static void sha256_begin(void *context)
{
	(void)context;
	mbedtls_sha256_init(&hash);
	mbedtls_sha256_starts_ret(&hash, 0);
}

static void sha256_update(void *context, const void *bytes, uint32_t length)
{
	(void)context;
	mbedtls_sha256_update_ret(&hash, bytes, length);
}

static void sha256_end(void *context, uint8_t digest[OTA_DIGEST_SIZE])
{
	(void)context;
	mbedtls_sha256_finish_ret(&hash, digest);
	mbedtls_sha256_free(&hash);
}

static bool verify(void *context, const uint8_t key_hash[OTA_DIGEST_SIZE], OtaAlgorithm algorithm,
	const uint8_t digest[OTA_DIGEST_SIZE], const uint8_t *signature, uint32_t length)
{
	static uint8_t keys[KEYS_SIZE];
	const XsOtaBootHost *host = context;
	const XsOtaPartition *boot = xs_ota_flash_find("boot");
	uint32_t size = boot->size - host->keys_offset;

	if (size > KEYS_SIZE)
		size = KEYS_SIZE;
	host->feed();
	return xs_ota_flash_read(boot, host->keys_offset, keys, size) == XS_OTA_FLASH_FINE
		&& ota_verify_mbedtls_by_hash(keys, size, key_hash, algorithm, digest, signature, length);
}

static OtaGeometry geometry_of(const XsOtaPartition *partition)
{
	return (OtaGeometry){
		partition->size, xs_ota_flash_map.block_size, xs_ota_flash_map.write_size, xs_ota_flash_map.erased_byte
	};
}

OtaBootResult xs_ota_flash_boot(const XsOtaBootHost *host)
{
	static const char *const names[OTA_AREAS] = { "slot-a", "slot-b", "counter" };
	static uint8_t buffer[BUFFER_SIZE];
	OtaBootPort port = {
		.context = (void *)host,
		.read = read_area, .write = write_area, .erase = erase_area,
		.sha256_begin = sha256_begin, .sha256_update = sha256_update, .sha256_end = sha256_end,
		.verify = verify, .log = host->log,
		.target = host->target, .buffer = buffer, .buffer_size = sizeof(buffer)
	};

	for (int area = 0; area < OTA_AREAS; area++) {
		areas[area] = xs_ota_flash_find(names[area]);
		port.geometry[area] = geometry_of(areas[area]);
	}
	return ota_boot(&port);
}
