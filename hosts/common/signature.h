/* SPDX-License-Identifier: MIT
 * Signatures over a SHA-256 digest, as pal/crypto.ts promises them. Knows nothing of XS. */
#ifndef OTA_SIGNATURE_H
#define OTA_SIGNATURE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct OtaBytes {
	const uint8_t *bytes;
	uint32_t length;
} OtaBytes;

typedef enum OtaVerdict {
	OTA_SIGNATURE_INVALID,
	OTA_SIGNATURE_VALID,
	OTA_CERTIFICATE_INVALID	/* it does not parse, or its key is not of the scheme */
} OtaVerdict;

/* Verifies with the public key of an X.509 certificate, PEM or DER: ECDSA on P-256, or RSASSA-PKCS1-v1_5
 * with 2048 or 3072 bits. No signature is valid for a digest that has not 32 bytes. */
OtaVerdict ota_signature_verify(bool is_ecdsa, OtaBytes certificate, OtaBytes digest, OtaBytes signature);

#endif
