/* SPDX-License-Identifier: MIT
 * The bootloader's core on this machine: its flash is the flash file, its crypto Mbed TLS. */
#include "boot-step.h"

#include "flash-map.h"
#include "port.h"

#include "verify-mbedtls.h"

#include <mbedtls/sha256.h>
#include <stdio.h>

/* The trusted keys that are looked at: room for ten RSA-3072 keys. */
enum { BUFFER_SIZE = 4096, KEYS_SIZE = 4096 };

/* What images for this host are made for: TLV 0x75 holds the first half of its SHA-256. */
static const char target_name[] = "linux";

static const XsOtaPartition *areas[OTA_AREAS];
static mbedtls_sha256_context hash;

static int read_area(void *context, OtaArea area, uint32_t offset, void *into, uint32_t length)
{
	(void)context;
	return xs_ota_flash_read(areas[area], offset, into, length);
}

/* A swap takes longer than the watchdog waits: each step of it is a sign of life. */
static int write_area(void *context, OtaArea area, uint32_t offset, const void *bytes, uint32_t length)
{
	(void)context;
	xs_ota_port_feed();
	return xs_ota_flash_write(areas[area], offset, bytes, length);
}

static int erase_area(void *context, OtaArea area, uint32_t first, uint32_t count)
{
	(void)context;
	xs_ota_port_feed();
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
	uint8_t keys[KEYS_SIZE];

	(void)context;
	return xs_ota_flash_read(xs_ota_flash_find("boot"), 0, keys, sizeof(keys)) == XS_OTA_FLASH_FINE
		&& ota_verify_mbedtls_by_hash(keys, sizeof(keys), key_hash, algorithm, digest, signature, length);
}

static void log_line(void *context, const char *message)
{
	char line[128];

	(void)context;
	snprintf(line, sizeof(line), "boot: %s", message);
	xs_ota_port_log(line);
}

static OtaGeometry geometry_of(const XsOtaPartition *partition)
{
	return (OtaGeometry){
		partition->size, xs_ota_flash_map.block_size, xs_ota_flash_map.write_size, xs_ota_flash_map.erased_byte
	};
}

/* The core has told what it did; this tells what starts, or why nothing does. */
static void report(const OtaBootResult *result)
{
	const OtaVersion *version = &result->image.version;
	char line[64];

	if (result->outcome == OTA_NOT_BOOTABLE)
		snprintf(line, sizeof(line), "boot: slot-a: %s", ota_reason_name(result->refused));
	else
		snprintf(line, sizeof(line), "boot: image %u.%u.%u", version->major, version->minor, version->revision);
	xs_ota_port_log(line);
}

bool xs_ota_boot_step(XsOtaBootedImage *image)
{
	static const char *const names[OTA_AREAS] = { "slot-a", "slot-b", "counter" };
	static uint8_t buffer[BUFFER_SIZE];
	uint8_t target[OTA_DIGEST_SIZE];
	OtaBootPort port = {
		.read = read_area, .write = write_area, .erase = erase_area,
		.sha256_begin = sha256_begin, .sha256_update = sha256_update, .sha256_end = sha256_end,
		.verify = verify, .log = log_line,
		.target = target, .buffer = buffer, .buffer_size = sizeof(buffer)
	};
	OtaBootResult result;

	mbedtls_sha256_ret((const uint8_t *)target_name, sizeof(target_name) - 1, target, 0);
	for (int area = 0; area < OTA_AREAS; area++) {
		areas[area] = xs_ota_flash_find(names[area]);
		port.geometry[area] = geometry_of(areas[area]);
	}
	result = ota_boot(&port);
	report(&result);
	image->body_offset = result.image.header_size;
	image->body_size = result.image.body_size;
	return result.outcome != OTA_NOT_BOOTABLE;
}
