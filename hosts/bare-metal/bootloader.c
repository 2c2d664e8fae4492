/* SPDX-License-Identifier: MIT
 * The bootloader as a board's firmware: the core over the board's flash and Mbed TLS, then the application. */
#include "board.h"
#include "flash-map.h"
#include "verify-mbedtls.h"

#include <mbedtls/sha256.h>

/* The keys' block is the last of the partition. */
enum { BUFFER_SIZE = 4096, KEYS_SIZE = 1024 };

/* First half of the SHA-256 of the target's name; the build makes it. */
extern const uint8_t xs_ota_target[OTA_TARGET_SIZE];

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
	xs_ota_board_watch();
	return xs_ota_flash_write(areas[area], offset, bytes, length);
}

static int erase_area(void *context, OtaArea area, uint32_t first, uint32_t count)
{
	(void)context;
	xs_ota_board_watch();
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
	const XsOtaPartition *boot = xs_ota_flash_find("boot");

	(void)context;
	xs_ota_board_watch();
	return xs_ota_flash_read(boot, boot->size - xs_ota_flash_map.block_size, keys, sizeof(keys)) == XS_OTA_FLASH_FINE
		&& ota_verify_mbedtls_by_hash(keys, sizeof(keys), key_hash, algorithm, digest, signature, length);
}

static void log_line(void *context, const char *message)
{
	(void)context;
	for (const char *prefix = "# boot: "; *prefix;)
		xs_ota_board_console(*prefix++);
	while (*message)
		xs_ota_board_console(*message++);
	xs_ota_board_console('\r');
	xs_ota_board_console('\n');
}

static OtaGeometry geometry_of(const XsOtaPartition *partition)
{
	return (OtaGeometry){
		partition->size, xs_ota_flash_map.block_size, xs_ota_flash_map.write_size, xs_ota_flash_map.erased_byte
	};
}

static OtaBootResult boot(void)
{
	static const char *const names[OTA_AREAS] = { "slot-a", "slot-b", "counter" };
	static uint8_t buffer[BUFFER_SIZE];
	OtaBootPort port = {
		.read = read_area, .write = write_area, .erase = erase_area,
		.sha256_begin = sha256_begin, .sha256_update = sha256_update, .sha256_end = sha256_end,
		.verify = verify, .log = log_line,
		.target = xs_ota_target, .buffer = buffer, .buffer_size = sizeof(buffer)
	};

	for (int area = 0; area < OTA_AREAS; area++) {
		areas[area] = xs_ota_flash_find(names[area]);
		port.geometry[area] = geometry_of(areas[area]);
	}
	return ota_boot(&port);
}

/* Nothing can be started: a failing flash may do better after a reset, anything else waits for a repair. */
static _Noreturn void give_up(OtaReason reason)
{
	log_line(NULL, ota_reason_name(reason));
	if (reason == OTA_FLASH_FAILED)
		xs_ota_board_reset(XS_OTA_RESET_CRASH);
	xs_ota_board_power_off(XS_OTA_BOARD_NOT_BOOTABLE);
}

int main(void)
{
	OtaBootResult result;

	xs_ota_board_open();
	xs_ota_board_watch();
	result = boot();
	if (result.outcome == OTA_NOT_BOOTABLE)
		give_up(result.refused);
	xs_ota_board_start(areas[OTA_SLOT_A]->offset + result.image.header_size);
}
