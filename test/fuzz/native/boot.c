/* SPDX-License-Identifier: MIT
 *
 * The bootloader on a flash whose every byte is hostile. Input: how the flash is made (1 byte), then pieces of
 * it: area, offset u16, length u8, bytes. The digest is weak and a signature is good when it begins with its
 * algorithm, so that a fuzzer finds its way past both; what is watched is that no flash access leaves its
 * area, is not aligned, or writes what is not erased, and that the work ends.
 */
#include "boot.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 6, BLOCK_SIZE = 512, SLOT_SIZE = BLOCKS * BLOCK_SIZE, COUNTER_SIZE = 512, ACCESSES_MAX = 20000 };

static uint8_t flash[OTA_AREAS][SLOT_SIZE];
static uint8_t spent[OTA_AREAS][SLOT_SIZE];
static uint32_t sizes[OTA_AREAS] = { SLOT_SIZE, SLOT_SIZE, COUNTER_SIZE };
static OtaBootPort port;
static uint8_t sum;
static unsigned accesses;

static void need(int holds)
{
	if (!holds)
		abort();
}

static void check(OtaArea area, uint32_t offset, uint32_t length)
{
	need(area < OTA_AREAS && offset <= sizes[area] && length <= sizes[area] - offset);
	need(++accesses < ACCESSES_MAX);
}

static int read_area(void *context, OtaArea area, uint32_t offset, void *into, uint32_t length)
{
	(void)context;
	check(area, offset, length);
	memcpy(into, flash[area] + offset, length);
	return 0;
}

static int write_area(void *context, OtaArea area, uint32_t offset, const void *bytes, uint32_t length)
{
	(void)context;
	uint32_t unit = port.geometry[area].write_size;
	check(area, offset, length);
	need(offset % unit == 0 && length % unit == 0);
	for (uint32_t i = 0; i < length; i += unit) {
		need(!spent[area][offset + i]);
		spent[area][offset + i] = 1;
	}
	memcpy(flash[area] + offset, bytes, length);
	return 0;
}

static int erase_area(void *context, OtaArea area, uint32_t first, uint32_t count)
{
	(void)context;
	need(first <= BLOCKS && count <= BLOCKS);
	check(area, first * BLOCK_SIZE, count * BLOCK_SIZE);
	memset(flash[area] + first * BLOCK_SIZE, port.geometry[area].erased_byte, (size_t)count * BLOCK_SIZE);
	memset(spent[area] + first * BLOCK_SIZE, 0, (size_t)count * BLOCK_SIZE);
	return 0;
}

static void sum_begin(void *context)
{
	(void)context;
	sum = 0;
}

static void sum_update(void *context, const void *bytes, uint32_t length)
{
	(void)context;
	for (uint32_t i = 0; i < length; i++)
		sum ^= ((const uint8_t *)bytes)[i] & 1;
}

static void sum_end(void *context, uint8_t digest[OTA_DIGEST_SIZE])
{
	(void)context;
	memset(digest, sum, OTA_DIGEST_SIZE);
}

static bool verify(void *context, const uint8_t key_hash[OTA_DIGEST_SIZE], OtaAlgorithm algorithm,
	const uint8_t digest[OTA_DIGEST_SIZE], const uint8_t *signature, uint32_t length)
{
	(void)context, (void)digest;
	return key_hash[0] == 0 && length > 0 && signature[0] == (uint8_t)algorithm;
}

static void make_flash(uint8_t how)
{
	static const uint8_t units[] = { 1, 4, 8, 32 };
	for (int area = 0; area < OTA_AREAS; area++) {
		port.geometry[area] = (OtaGeometry){ sizes[area], BLOCK_SIZE, units[how & 3], how & 4 ? 0x00 : 0xff };
		memset(flash[area], port.geometry[area].erased_byte, sizes[area]);
		memset(spent[area], 0, sizes[area]);
	}
}

/* A flash that was written by chance: a unit that holds anything counts as written. */
static void spend(void)
{
	for (int area = 0; area < OTA_AREAS; area++)
		for (uint32_t at = 0; at < sizes[area]; at++)
			if (flash[area][at] != port.geometry[area].erased_byte)
				spent[area][at - at % port.geometry[area].write_size] = 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t buffer[512];
	if (size < 1)
		return 0;
	port = (OtaBootPort){
		.read = read_area, .write = write_area, .erase = erase_area, .sha256_begin = sum_begin,
		.sha256_update = sum_update, .sha256_end = sum_end, .verify = verify, .buffer = buffer,
		.buffer_size = sizeof buffer
	};
	make_flash(data[0]);
	for (size_t at = 1; at + 4 <= size;) {
		uint32_t area = data[at] % OTA_AREAS, length = data[at + 3];
		uint32_t offset = (data[at + 1] | (uint32_t)data[at + 2] << 8) % sizes[area];
		at += 4;
		if (length > size - at)
			length = (uint32_t)(size - at);
		if (length > sizes[area] - offset)
			length = sizes[area] - offset;
		memcpy(flash[area] + offset, data + at, length);
		at += length;
	}
	spend();
	for (int resets = 0; resets < 3; resets++) {
		accesses = 0;
		OtaBootResult result = ota_boot(&port);
		if (result.outcome != OTA_NOT_BOOTABLE)
			need(result.image.header_size + (uint64_t)result.image.body_size <= SLOT_SIZE);
	}
	return 0;
}
