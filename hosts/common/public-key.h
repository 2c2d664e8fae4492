/* SPDX-License-Identifier: MIT
 * The public key of a certificate, in a host's cryptography: what signature.c stands on. Knows nothing of XS. */
#ifndef OTA_PUBLIC_KEY_H
#define OTA_PUBLIC_KEY_H

#include "sha256.h"
#include "signature.h"

/* Of r and of s of a signature on P-256. */
enum { OTA_SCALAR_SIZE = 32 };

/* The host says what it is; one at a time. */
typedef struct OtaPublicKey OtaPublicKey;

/* The key of an X.509 certificate, PEM or DER: on P-256, or RSA of 2048 or 3072 bits. NULL: it has no such key. */
OtaPublicKey *ota_public_key_open(bool is_ecdsa, OtaBytes certificate);
void ota_public_key_close(OtaPublicKey *key);

/* Takes r and s, each from 1 to n - 1, as big-endian numbers. */
bool ota_public_key_verify_ecdsa(OtaPublicKey *key, const uint8_t digest[OTA_SHA256_SIZE],
	const uint8_t scalars[2 * OTA_SCALAR_SIZE]);

/* RSASSA-PKCS1-v1_5. The padded block is compared whole: nothing of it is parsed. */
bool ota_public_key_verify_rsa(OtaPublicKey *key, const uint8_t digest[OTA_SHA256_SIZE], OtaBytes signature);

#endif
