/* SPDX-License-Identifier: MIT
 * SHA-256 and public keys by Mbed TLS, 2.28 or 3.6. */
#include "mbedtls-versions.h"

#include "certificate-mbedtls.h"
#include "public-key.h"

#include <mbedtls/ecdsa.h>
#include <mbedtls/sha256.h>
#include <stdlib.h>

enum { RSA_2048_SIZE = 256, RSA_3072_SIZE = 384 };

struct OtaSha256 {
	mbedtls_sha256_context context;
};

OtaSha256 *ota_sha256_open(void)
{
	OtaSha256 *sha256 = malloc(sizeof(*sha256));

	if (!sha256)
		return NULL;
	mbedtls_sha256_init(&sha256->context);
	if (mbedtls_sha256_starts_ret(&sha256->context, 0) == 0)
		return sha256;
	ota_sha256_close(sha256);
	return NULL;
}

void ota_sha256_close(OtaSha256 *sha256)
{
	mbedtls_sha256_free(&sha256->context);
	free(sha256);
}

bool ota_sha256_update(OtaSha256 *sha256, const void *bytes, uint32_t length)
{
	return mbedtls_sha256_update_ret(&sha256->context, bytes, length) == 0;
}

bool ota_sha256_digest(OtaSha256 *sha256, uint8_t digest[OTA_SHA256_SIZE])
{
	return mbedtls_sha256_finish_ret(&sha256->context, digest) == 0;
}

struct OtaPublicKey {
	mbedtls_x509_crt certificate;
};

static bool is_of_scheme(const mbedtls_pk_context *key, bool is_ecdsa)
{
	size_t size = mbedtls_pk_get_len(key);

	if (is_ecdsa)
		return mbedtls_pk_get_type(key) == MBEDTLS_PK_ECKEY
			&& mbedtls_pk_ec(*key)->grp.id == MBEDTLS_ECP_DP_SECP256R1;
	return mbedtls_pk_get_type(key) == MBEDTLS_PK_RSA && (size == RSA_2048_SIZE || size == RSA_3072_SIZE);
}

OtaPublicKey *ota_public_key_open(bool is_ecdsa, OtaBytes certificate)
{
	OtaPublicKey *key = malloc(sizeof(*key));

	if (!key)
		return NULL;
	if (ota_certificate_parse(&key->certificate, certificate) && is_of_scheme(&key->certificate.pk, is_ecdsa))
		return key;
	ota_public_key_close(key);
	return NULL;
}

void ota_public_key_close(OtaPublicKey *key)
{
	mbedtls_x509_crt_free(&key->certificate);
	free(key);
}

bool ota_public_key_verify_ecdsa(OtaPublicKey *key, const uint8_t digest[OTA_SHA256_SIZE],
	const uint8_t scalars[2 * OTA_SCALAR_SIZE])
{
	mbedtls_ecp_keypair *pair = mbedtls_pk_ec(key->certificate.pk);
	mbedtls_mpi r, s;
	bool valid;

	mbedtls_mpi_init(&r);
	mbedtls_mpi_init(&s);
	valid = mbedtls_mpi_read_binary(&r, scalars, OTA_SCALAR_SIZE) == 0
		&& mbedtls_mpi_read_binary(&s, scalars + OTA_SCALAR_SIZE, OTA_SCALAR_SIZE) == 0
		&& mbedtls_ecdsa_verify(&pair->grp, digest, OTA_SHA256_SIZE, &pair->Q, &r, &s) == 0;
	mbedtls_mpi_free(&r);
	mbedtls_mpi_free(&s);
	return valid;
}

/* Mbed TLS encodes what the block must be and compares it whole. The padding of a key that was just parsed is PKCS1-v1_5. */
bool ota_public_key_verify_rsa(OtaPublicKey *key, const uint8_t digest[OTA_SHA256_SIZE], OtaBytes signature)
{
	mbedtls_pk_context *rsa = &key->certificate.pk;

	return signature.length == mbedtls_pk_get_len(rsa)
		&& mbedtls_pk_verify(rsa, MBEDTLS_MD_SHA256, digest, OTA_SHA256_SIZE, signature.bytes, signature.length) == 0;
}
