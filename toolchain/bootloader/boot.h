/* SPDX-License-Identifier: MIT
 *
 * The bootloader's core: decides by the flags on the flash what to do, swaps the two slots if need be,
 * and says whether the image in slot-a may be started. It knows no machine: flash, crypto and log come
 * through OtaBootPort, memory from its caller; no heap, no libc but memcpy, memset and memcmp.
 *
 * Formats and steps: docs/flash-format.md.
 */
#ifndef OTA_BOOT_H
#define OTA_BOOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OTA_DIGEST_SIZE 32u
#define OTA_TARGET_SIZE 16u
/* The largest signature that is looked at: RSA-3072. */
#define OTA_SIGNATURE_MAX 384u

typedef enum OtaArea {
	OTA_SLOT_A,
	OTA_SLOT_B,
	OTA_COUNTER,
	OTA_AREAS
} OtaArea;

/* Sizes in bytes; the same as FlashGeometry of pal/flash.ts. */
typedef struct OtaGeometry {
	uint32_t size;
	uint32_t block_size;
	uint32_t write_size;
	uint8_t erased_byte;
} OtaGeometry;

/* Signature algorithms, by their TLV. Source: MCUboot bootutil/image.h. */
typedef enum OtaAlgorithm {
	OTA_RSA2048_PSS = 0x20,
	OTA_ECDSA_P256 = 0x22,
	OTA_RSA3072_PSS = 0x23
} OtaAlgorithm;

/*
 * What a machine supplies. The flash functions return 0, or any other value for a failure; offsets are in
 * bytes from the start of the area; once a write or an erase returns, its effect survives power loss.
 * The core erases before it writes, aligns its writes, and never writes a byte twice between erases.
 */
typedef struct OtaBootPort {
	void *context;	/* the first argument of every call */
	OtaGeometry geometry[OTA_AREAS];	/* a counter of size 0: no anti-rollback */
	int (*read)(void *context, OtaArea area, uint32_t offset, void *into, uint32_t length);
	int (*write)(void *context, OtaArea area, uint32_t offset, const void *bytes, uint32_t length);
	int (*erase)(void *context, OtaArea area, uint32_t first, uint32_t count);	/* blocks */

	/* SHA-256, one stream at a time. */
	void (*sha256_begin)(void *context);
	void (*sha256_update)(void *context, const void *bytes, uint32_t length);
	void (*sha256_end)(void *context, uint8_t digest[OTA_DIGEST_SIZE]);
	/* True when a trusted public key has this hash, is of this algorithm, and verifies the signature. */
	bool (*verify)(void *context, const uint8_t key_hash[OTA_DIGEST_SIZE], OtaAlgorithm algorithm,
		const uint8_t digest[OTA_DIGEST_SIZE], const uint8_t *signature, uint32_t length);

	void (*log)(void *context, const char *message);	/* may be NULL; one line, without its end */
	const uint8_t *target;	/* OTA_TARGET_SIZE bytes that TLV 0x75 must have, if present; NULL: any */
	/* Work space for copying, in two halves; a multiple of 64, at least 512 bytes. */
	uint8_t *buffer;
	uint32_t buffer_size;
} OtaBootPort;

/* Why an image is refused. */
typedef enum OtaReason {
	OTA_FINE,
	OTA_FLASH_FAILED,
	OTA_NO_IMAGE,	/* no header where it should be */
	OTA_MALFORMED,	/* a size or a TLV is out of bounds, or a flag is not supported */
	OTA_TOO_LARGE,
	OTA_WRONG_TARGET,
	OTA_WRONG_DIGEST,
	OTA_NO_SIGNATURE,	/* none that a trusted key verifies */
	OTA_COUNTER_OLDER	/* the security counter is lower than the stored one, or cannot be stored */
} OtaReason;

/* What the bootloader did. */
typedef enum OtaOutcome {
	OTA_NOT_BOOTABLE,	/* `refused` says what ails slot-a; after OTA_FLASH_FAILED a reset may mend it */
	OTA_STARTED,	/* slot-a as it was */
	OTA_TRIAL,	/* swapped: reverts at the next reset unless it is confirmed */
	OTA_PERMANENT,	/* swapped for good */
	OTA_REVERTED	/* swapped back after a trial, or because slot-a's image was bad */
} OtaOutcome;

typedef struct OtaVersion {
	uint8_t major;
	uint8_t minor;
	uint16_t revision;
	uint32_t build;
} OtaVersion;

/* An image as its header and TLVs describe it. */
typedef struct OtaImage {
	uint32_t header_size;	/* the body starts here */
	uint32_t body_size;
	uint32_t hashed_size;	/* header, body and protected TLVs */
	uint32_t size;	/* all of it */
	uint32_t counter;	/* security counter, 0 when it has none */
	OtaVersion version;
	uint8_t digest[OTA_DIGEST_SIZE];
} OtaImage;

typedef struct OtaBootResult {
	OtaOutcome outcome;
	OtaReason refused;	/* why an image was not started or not swapped in; OTA_FINE when none was refused */
	OtaImage image;	/* what to start: the body at image.header_size of slot-a; not set when not bootable */
} OtaBootResult;

/*
 * The whole step between reset and application. May take long and write much; may be cut at any point and
 * called again. The caller starts the image, or resets, or waits for a repair, as `outcome` says.
 */
OtaBootResult ota_boot(const OtaBootPort *port);

/* One word each, for logs and for telling the application: "trial", "wrong-digest". */
const char *ota_outcome_name(OtaOutcome outcome);
const char *ota_reason_name(OtaReason reason);

#endif
