/* SPDX-License-Identifier: MIT
 *
 * Sources: SEC 1 4.1.4 (ECDSA), RFC 3279 2.2.3 (its DER), X.690 8.3 and 10.1 (shortest forms), RFC 8017 8.1.2 (PSS).
 */
#include "mbedtls-versions.h"

#include "verify-mbedtls.h"
#include <mbedtls/ecdsa.h>
#include <mbedtls/pk.h>
#include <mbedtls/sha256.h>
#include <string.h>

/* What is left of a DER encoding. */
typedef struct Der {
	const uint8_t *bytes;
	uint32_t length;
} Der;

/*
 * Takes an INTEGER off the front: positive, in its shortest form. Mbed TLS's own parser takes other encodings
 * of the same signature too.
 */
static bool take_integer(Der *der, mbedtls_mpi *number)
{
	if (der->length < 3 || der->bytes[0] != 0x02 || der->bytes[1] == 0 || der->bytes[1] > der->length - 2)
		return false;
	const uint8_t *content = der->bytes + 2;
	uint32_t length = der->bytes[1];
	bool is_negative = (content[0] & 0x80) != 0;
	bool is_padded = content[0] == 0 && length > 1 && (content[1] & 0x80) == 0;
	if (is_negative || is_padded || length > 33 || mbedtls_mpi_read_binary(number, content, length) != 0)
		return false;
	der->bytes += 2 + length;
	der->length -= 2 + length;
	return true;
}

/* SEQUENCE { r INTEGER, s INTEGER }, and nothing after it. */
static bool parse_signature(Der der, mbedtls_mpi *r, mbedtls_mpi *s)
{
	if (der.length < 2 || der.bytes[0] != 0x30 || der.bytes[1] != der.length - 2)
		return false;
	der.bytes += 2;
	der.length -= 2;
	return take_integer(&der, r) && take_integer(&der, s) && der.length == 0;
}

static bool is_in_range(const mbedtls_mpi *number, const mbedtls_mpi *order)
{
	return mbedtls_mpi_cmp_int(number, 1) >= 0 && mbedtls_mpi_cmp_mpi(number, order) < 0;
}

static bool verify_ecdsa(const mbedtls_pk_context *key, const uint8_t *digest, Der signature)
{
	if (mbedtls_pk_get_type(key) != MBEDTLS_PK_ECKEY)
		return false;
	mbedtls_ecp_keypair *pair = mbedtls_pk_ec(*key);
	mbedtls_mpi r, s;
	mbedtls_mpi_init(&r);
	mbedtls_mpi_init(&s);
	bool valid = pair->grp.id == MBEDTLS_ECP_DP_SECP256R1 && parse_signature(signature, &r, &s)
		&& is_in_range(&r, &pair->grp.N) && is_in_range(&s, &pair->grp.N)
		&& mbedtls_ecdsa_verify(&pair->grp, digest, OTA_DIGEST_SIZE, &pair->Q, &r, &s) == 0;
	mbedtls_mpi_free(&r);
	mbedtls_mpi_free(&s);
	return valid;
}

/* PSS with SHA-256, MGF1 with SHA-256, and a salt of 32 bytes. Source: MCUboot image_rsa.c. */
static bool verify_pss(mbedtls_pk_context *key, uint32_t key_size, const uint8_t *digest, Der signature)
{
	const mbedtls_pk_rsassa_pss_options options = { MBEDTLS_MD_SHA256, OTA_DIGEST_SIZE };
	return mbedtls_pk_get_type(key) == MBEDTLS_PK_RSA && mbedtls_pk_get_len(key) == key_size
		&& signature.length == key_size
		&& mbedtls_pk_verify_ext(MBEDTLS_PK_RSASSA_PSS, &options, key, MBEDTLS_MD_SHA256, digest,
			OTA_DIGEST_SIZE, signature.bytes, signature.length) == 0;
}

static bool verify(mbedtls_pk_context *key, OtaAlgorithm algorithm, const uint8_t *digest, Der signature)
{
	switch (algorithm) {
	case OTA_ECDSA_P256:
		return verify_ecdsa(key, digest, signature);
	case OTA_RSA2048_PSS:
		return verify_pss(key, 256, digest, signature);
	case OTA_RSA3072_PSS:
		return verify_pss(key, 384, digest, signature);
	}
	return false;
}

bool ota_verify_mbedtls(const uint8_t *key, uint32_t key_size, OtaAlgorithm algorithm,
	const uint8_t digest[OTA_DIGEST_SIZE], const uint8_t *signature, uint32_t length)
{
	mbedtls_pk_context parsed;
	mbedtls_pk_init(&parsed);
	bool valid = mbedtls_pk_parse_public_key(&parsed, key, key_size) == 0
		&& verify(&parsed, algorithm, digest, (Der){ signature, length });
	mbedtls_pk_free(&parsed);
	return valid;
}

bool ota_verify_mbedtls_by_hash(const uint8_t *keys, uint32_t keys_size, const uint8_t key_hash[OTA_DIGEST_SIZE],
	OtaAlgorithm algorithm, const uint8_t digest[OTA_DIGEST_SIZE], const uint8_t *signature, uint32_t length)
{
	for (uint32_t at = 0; keys_size - at >= 2;) {
		uint8_t hash[OTA_DIGEST_SIZE];
		uint32_t key_size = (uint32_t)keys[at] | (uint32_t)keys[at + 1] << 8;
		at += 2;
		if (key_size == 0 || key_size > keys_size - at)
			return false;
		if (mbedtls_sha256_ret(keys + at, key_size, hash, 0) != 0)
			return false;
		if (memcmp(hash, key_hash, sizeof hash) == 0)
			return ota_verify_mbedtls(keys + at, key_size, algorithm, digest, signature, length);
		at += key_size;
	}
	return false;
}
