/* SPDX-License-Identifier: MIT
 *
 * Signatures of images, by Mbed TLS 2.28: what a port of the bootloader needs for OtaBootPort.verify.
 */
#ifndef OTA_VERIFY_MBEDTLS_H
#define OTA_VERIFY_MBEDTLS_H

#include "boot.h"

/*
 * True when `key` verifies `signature`. The key is as MCUboot embeds it, DER: SubjectPublicKeyInfo for EC,
 * PKCS #1 for RSA; its kind must be the algorithm's.
 */
bool ota_verify_mbedtls(const uint8_t *key, uint32_t key_size, OtaAlgorithm algorithm,
	const uint8_t digest[OTA_DIGEST_SIZE], const uint8_t *signature, uint32_t length);

/*
 * Searches `keys` for the one that has this hash, and verifies with it. Format of `keys`: docs/flash-format.md,
 * "Trusted keys"; at most `keys_size` bytes of it are looked at.
 */
bool ota_verify_mbedtls_by_hash(const uint8_t *keys, uint32_t keys_size, const uint8_t key_hash[OTA_DIGEST_SIZE],
	OtaAlgorithm algorithm, const uint8_t digest[OTA_DIGEST_SIZE], const uint8_t *signature, uint32_t length);

#endif
