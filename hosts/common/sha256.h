/* SPDX-License-Identifier: MIT
 * SHA-256 as a host's cryptography computes it. Knows nothing of XS. */
#ifndef OTA_SHA256_H
#define OTA_SHA256_H

#include <stdbool.h>
#include <stdint.h>

enum { OTA_SHA256_SIZE = 32 };

/* A digest under way; the host says what it is. Any number of them at a time. */
typedef struct OtaSha256 OtaSha256;

/* NULL: no memory, or the hardware failed. */
OtaSha256 *ota_sha256_open(void);
void ota_sha256_close(OtaSha256 *sha256);

/* False: the hardware failed. */
bool ota_sha256_update(OtaSha256 *sha256, const void *bytes, uint32_t length);
bool ota_sha256_digest(OtaSha256 *sha256, uint8_t digest[OTA_SHA256_SIZE]);

#endif
