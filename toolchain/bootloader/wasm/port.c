/* SPDX-License-Identifier: MIT
 *
 * The port to WebAssembly: flash and crypto are imports, so that a test can run the core in its own process and
 * fail the power in any of its flash operations. test/support/bootloader.ts is the other half.
 */
#include "core.h"
#include <string.h>

#define IMPORT(name) __attribute__((import_module("port"), import_name(name)))
#define EXPORT(name) __attribute__((export_name(name)))

IMPORT("read") int port_read(OtaArea area, uint32_t offset, void *into, uint32_t length);
IMPORT("write") int port_write(OtaArea area, uint32_t offset, const void *bytes, uint32_t length);
IMPORT("erase") int port_erase(OtaArea area, uint32_t first, uint32_t count);
IMPORT("sha256Begin") void port_sha256_begin(void);
IMPORT("sha256Update") void port_sha256_update(const void *bytes, uint32_t length);
IMPORT("sha256End") void port_sha256_end(uint8_t *digest);
IMPORT("verify") int port_verify(const uint8_t *key_hash, OtaAlgorithm algorithm, const uint8_t *digest,
	const uint8_t *signature, uint32_t length);
IMPORT("log") void port_log(const char *message, uint32_t length);

static int read(void *context, OtaArea area, uint32_t offset, void *into, uint32_t length)
{
	(void)context;
	return port_read(area, offset, into, length);
}

static int write(void *context, OtaArea area, uint32_t offset, const void *bytes, uint32_t length)
{
	(void)context;
	return port_write(area, offset, bytes, length);
}

static int erase(void *context, OtaArea area, uint32_t first, uint32_t count)
{
	(void)context;
	return port_erase(area, first, count);
}

static void sha256_begin(void *context)
{
	(void)context;
	port_sha256_begin();
}

static void sha256_update(void *context, const void *bytes, uint32_t length)
{
	(void)context;
	port_sha256_update(bytes, length);
}

static void sha256_end(void *context, uint8_t digest[OTA_DIGEST_SIZE])
{
	(void)context;
	port_sha256_end(digest);
}

static bool verify(void *context, const uint8_t key_hash[OTA_DIGEST_SIZE], OtaAlgorithm algorithm,
	const uint8_t digest[OTA_DIGEST_SIZE], const uint8_t *signature, uint32_t length)
{
	(void)context;
	return port_verify(key_hash, algorithm, digest, signature, length) != 0;
}

static void log_line(void *context, const char *message)
{
	uint32_t length = 0;
	(void)context;
	while (message[length] != 0)
		length++;
	port_log(message, length);
}

static uint8_t buffer[65536], target[OTA_TARGET_SIZE];
static OtaBootResult result;
static OtaBootPort port = {
	.read = read, .write = write, .erase = erase, .sha256_begin = sha256_begin, .sha256_update = sha256_update,
	.sha256_end = sha256_end, .verify = verify, .log = log_line, .buffer = buffer
};

EXPORT("setGeometry") void set_geometry(OtaArea area, uint32_t size, uint32_t block_size, uint32_t write_size, uint8_t erased_byte)
{
	port.geometry[area] = (OtaGeometry){ size, block_size, write_size, erased_byte };
}

/* Gives the bytes to be filled with the class of this device; from then on it is enforced. */
EXPORT("useTarget") uint8_t *use_target(void)
{
	port.target = target;
	return target;
}

/* Boots with a copy buffer of at most `buffer_size` bytes. */
EXPORT("boot") const OtaBootResult *boot(uint32_t buffer_size)
{
	port.buffer_size = buffer_size < sizeof buffer ? buffer_size : sizeof buffer;
	result = ota_boot(&port);
	return &result;
}

/* The action for one row of facts: bit 0 slot-a's magic, then its swap info, copy done, image ok, slot-b's magic, image ok. */
EXPORT("decide") OtaAction decide(uint32_t facts)
{
	OtaTrailer a = {
		.magic = facts & 1, .swap_type = facts & 2 ? OTA_SWAP_TEST : OTA_SWAP_NONE,
		.copy_done = (facts & 4) != 0, .image_ok = (facts & 8) != 0
	};
	OtaTrailer b = { .magic = (facts & 16) != 0, .image_ok = (facts & 32) != 0 };
	return ota_decide(&a, &b);
}

/* The layout of the two slots whose geometries were set; NULL when they do not fit each other. */
EXPORT("layout") const OtaLayout *layout(void)
{
	static OtaLayout made;
	return ota_layout(&made, &port.geometry[OTA_SLOT_A], &port.geometry[OTA_SLOT_B]) ? &made : NULL;
}

void *memcpy(void *restrict to, const void *restrict from, size_t length)
{
	return __builtin_memcpy(to, from, length);
}

void *memset(void *at, int byte, size_t length)
{
	return __builtin_memset(at, byte, length);
}

int memcmp(const void *left, const void *right, size_t length)
{
	const uint8_t *a = left, *b = right;
	for (size_t i = 0; i < length; i++) {
		if (a[i] != b[i])
			return a[i] - b[i];
	}
	return 0;
}
