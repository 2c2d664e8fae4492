/* SPDX-License-Identifier: MIT
 *
 * The bootloader's core on flash in RAM, with Mbed TLS, under the sanitizers: test/unit/bootloader-native.test.ts
 * feeds it. Argument: a file of trusted keys. Input: frames of slot-a's and slot-b's first bytes, each after its
 * length, u32. Output: a line of outcome and reason for each frame.
 */
#include "boot.h"
#include "verify-mbedtls.h"
#include <mbedtls/sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOT_SIZE = 32768, BLOCK_SIZE = 4096, WRITE_SIZE = 4, COUNTER_SIZE = 2048, KEYS_MAX = 8192 };

static uint8_t *flash[OTA_AREAS];
static const uint32_t sizes[OTA_AREAS] = { SLOT_SIZE, SLOT_SIZE, COUNTER_SIZE };
static uint8_t keys[KEYS_MAX];
static mbedtls_sha256_context sha;

/* Not even the check of the bounds is left to the core. */
static int is_inside(OtaArea area, uint32_t offset, uint32_t length)
{
	return offset <= sizes[area] && length <= sizes[area] - offset;
}

static int read_area(void *context, OtaArea area, uint32_t offset, void *into, uint32_t length)
{
	(void)context;
	if (!is_inside(area, offset, length))
		abort();
	memcpy(into, flash[area] + offset, length);
	return 0;
}

static int write_area(void *context, OtaArea area, uint32_t offset, const void *bytes, uint32_t length)
{
	(void)context;
	if (!is_inside(area, offset, length) || offset % WRITE_SIZE != 0 || length % WRITE_SIZE != 0)
		abort();
	memcpy(flash[area] + offset, bytes, length);
	return 0;
}

static int erase_area(void *context, OtaArea area, uint32_t first, uint32_t count)
{
	(void)context;
	if (!is_inside(area, first * BLOCK_SIZE, count * BLOCK_SIZE))
		abort();
	memset(flash[area] + first * BLOCK_SIZE, 0xff, (size_t)count * BLOCK_SIZE);
	return 0;
}

static void begin(void *context)
{
	(void)context;
	mbedtls_sha256_init(&sha);
	mbedtls_sha256_starts_ret(&sha, 0);
}

static void update(void *context, const void *bytes, uint32_t length)
{
	(void)context;
	mbedtls_sha256_update_ret(&sha, bytes, length);
}

static void end(void *context, uint8_t digest[OTA_DIGEST_SIZE])
{
	(void)context;
	mbedtls_sha256_finish_ret(&sha, digest);
	mbedtls_sha256_free(&sha);
}

static bool verify(void *context, const uint8_t key_hash[OTA_DIGEST_SIZE], OtaAlgorithm algorithm,
	const uint8_t digest[OTA_DIGEST_SIZE], const uint8_t *signature, uint32_t length)
{
	(void)context;
	return ota_verify_mbedtls_by_hash(keys, sizeof keys, key_hash, algorithm, digest, signature, length);
}

static int read_slot(uint8_t *slot)
{
	uint8_t head[4];
	memset(slot, 0xff, SLOT_SIZE);
	if (fread(head, 1, sizeof head, stdin) != sizeof head)
		return 0;
	uint32_t length = (uint32_t)head[0] | (uint32_t)head[1] << 8 | (uint32_t)head[2] << 16 | (uint32_t)head[3] << 24;
	return length <= SLOT_SIZE && fread(slot, 1, length, stdin) == length;
}

int main(int count, char **arguments)
{
	static uint8_t buffer[512];
	OtaBootPort port = {
		.read = read_area, .write = write_area, .erase = erase_area, .sha256_begin = begin, .sha256_update = update,
		.sha256_end = end, .verify = verify, .buffer = buffer, .buffer_size = sizeof buffer
	};
	FILE *file = count == 2 ? fopen(arguments[1], "rb") : NULL;
	if (!file || fread(keys, 1, sizeof keys, file) == 0)
		return 2;
	fclose(file);
	for (int area = 0; area < OTA_AREAS; area++) {
		flash[area] = malloc(sizes[area]);
		port.geometry[area] = (OtaGeometry){ sizes[area], BLOCK_SIZE, WRITE_SIZE, 0xff };
	}
	port.geometry[OTA_COUNTER].block_size = 1024;
	while (read_slot(flash[OTA_SLOT_A]) && read_slot(flash[OTA_SLOT_B])) {
		memset(flash[OTA_COUNTER], 0xff, COUNTER_SIZE);
		OtaBootResult result = ota_boot(&port);
		printf("%s %s\n", ota_outcome_name(result.outcome), ota_reason_name(result.refused));
	}
	for (int area = 0; area < OTA_AREAS; area++)
		free(flash[area]);
	return 0;
}
