/* SPDX-License-Identifier: MIT
 * Signatures over a SHA-256 digest: what is asked of each, before a host's cryptography sees it.
 * Sources: SEC 1 4.1.4; RFC 3279 2.2.3; X.690 8.3 and 10.1; RFC 8017 8.2.2. */
#include "public-key.h"

#include <string.h>

/* The order n of P-256, big-endian. Source: SEC 2 2.4.2. */
static const uint8_t order[OTA_SCALAR_SIZE] = {
	0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
};

/*
 * Takes one DER INTEGER, in its shortest form and 1 to n - 1, off the front of `der`. Others encode the same
 * signature, or one that verifiers must not be shown: r = 0 makes some of them accept, or never return.
 */
static bool take_scalar(OtaBytes *der, uint8_t scalar[OTA_SCALAR_SIZE])
{
	const uint8_t *content = der->bytes + 2;
	uint32_t size;

	if (der->length < 3 || der->bytes[0] != 0x02)
		return false;
	size = der->bytes[1];
	if (size == 0 || size > der->length - 2 || content[0] >= 0x80)
		return false;
	der->bytes += 2 + size;
	der->length -= 2 + size;
	if (content[0] == 0) {
		if (size == 1 || content[1] < 0x80)
			return false;
		content++;
		size--;
	}
	if (size > OTA_SCALAR_SIZE)
		return false;
	memset(scalar, 0, OTA_SCALAR_SIZE - size);
	memcpy(scalar + OTA_SCALAR_SIZE - size, content, size);
	return memcmp(scalar, order, OTA_SCALAR_SIZE) < 0;
}

/* SEQUENCE { r INTEGER, s INTEGER }, and not a byte more */
static bool parse_ecdsa(OtaBytes der, uint8_t scalars[2 * OTA_SCALAR_SIZE])
{
	if (der.length < 2 || der.bytes[0] != 0x30 || der.bytes[1] >= 0x80 || der.bytes[1] != der.length - 2)
		return false;
	der.bytes += 2;
	der.length -= 2;
	return take_scalar(&der, scalars) && take_scalar(&der, scalars + OTA_SCALAR_SIZE) && der.length == 0;
}

static bool verify(bool is_ecdsa, OtaPublicKey *key, OtaBytes digest, OtaBytes signature)
{
	uint8_t scalars[2 * OTA_SCALAR_SIZE];

	if (digest.length != OTA_SHA256_SIZE)
		return false;
	if (!is_ecdsa)
		return ota_public_key_verify_rsa(key, digest.bytes, signature);
	return parse_ecdsa(signature, scalars) && ota_public_key_verify_ecdsa(key, digest.bytes, scalars);
}

OtaVerdict ota_signature_verify(bool is_ecdsa, OtaBytes certificate, OtaBytes digest, OtaBytes signature)
{
	OtaPublicKey *key = ota_public_key_open(is_ecdsa, certificate);
	bool valid;

	if (!key)
		return OTA_CERTIFICATE_INVALID;
	valid = verify(is_ecdsa, key, digest, signature);
	ota_public_key_close(key);
	return valid ? OTA_SIGNATURE_VALID : OTA_SIGNATURE_INVALID;
}
