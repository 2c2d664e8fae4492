/* SPDX-License-Identifier: MIT
 *
 * What hosts/common/signature.c lets through to a host's cryptography: from a hostile signature, only r and s
 * whose one encoding it is.
 */
#include "public-key.h"

#include <stdlib.h>
#include <string.h>

struct OtaPublicKey {
	OtaBytes signature;
};

static OtaPublicKey key;

OtaPublicKey *ota_public_key_open(bool is_ecdsa, OtaBytes certificate)
{
	(void)is_ecdsa, (void)certificate;
	return &key;
}

void ota_public_key_close(OtaPublicKey *open)
{
	(void)open;
}

static size_t encode(const uint8_t scalar[OTA_SCALAR_SIZE], uint8_t *der)
{
	size_t zeros = 0, size;

	while (zeros < OTA_SCALAR_SIZE && scalar[zeros] == 0)
		zeros++;
	if (zeros == OTA_SCALAR_SIZE)
		abort();	/* zero is not in 1 to n - 1 */
	size = OTA_SCALAR_SIZE - zeros;
	size_t pad = scalar[zeros] >> 7;
	der[0] = 0x02;
	der[1] = (uint8_t)(size + pad);
	der[2] = 0;
	memcpy(der + 2 + pad, scalar + zeros, size);
	return 2 + pad + size;
}

bool ota_public_key_verify_ecdsa(OtaPublicKey *open, const uint8_t digest[OTA_SHA256_SIZE],
	const uint8_t scalars[2 * OTA_SCALAR_SIZE])
{
	/* n, written otherwise than in the code under test: 2^256 - 2^224 + 2^192 - 0x4319...daaf */
	static const char order[] = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
	uint8_t der[8 + 2 * OTA_SCALAR_SIZE];
	size_t size = 2;
	char text[2 * OTA_SCALAR_SIZE + 1];

	(void)digest;
	for (int i = 0; i < 2; i++) {
		for (int at = 0; at < OTA_SCALAR_SIZE; at++) {
			static const char digits[] = "0123456789abcdef";
			text[2 * at] = digits[scalars[i * OTA_SCALAR_SIZE + at] >> 4];
			text[2 * at + 1] = digits[scalars[i * OTA_SCALAR_SIZE + at] & 15];
		}
		text[2 * OTA_SCALAR_SIZE] = 0;
		if (strcmp(text, order) >= 0)
			abort();
		size += encode(scalars + i * OTA_SCALAR_SIZE, der + size);
	}
	der[0] = 0x30;
	der[1] = (uint8_t)(size - 2);
	if (open->signature.length != size || memcmp(open->signature.bytes, der, size) != 0)
		abort();
	return true;
}

bool ota_public_key_verify_rsa(OtaPublicKey *open, const uint8_t digest[OTA_SHA256_SIZE], OtaBytes signature)
{
	(void)open, (void)digest, (void)signature;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t digest[OTA_SHA256_SIZE];
	uint8_t *exact = malloc(size > 0 ? size : 1);

	memcpy(exact, data, size);
	key.signature = (OtaBytes){ exact, (uint32_t)size };
	ota_signature_verify(true, key.signature, (OtaBytes){ digest, sizeof(digest) }, key.signature);
	free(exact);
	return 0;
}
