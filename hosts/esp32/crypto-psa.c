/* SPDX-License-Identifier: MIT
 * SHA-256 and public keys by ESP-IDF's PSA crypto, which uses the chip's SHA and big-number units.
 * Sources: PSA Certified Crypto API 1.2; Mbed TLS 4.0 pk.h, x509_crt.h. */
#include "psa.h"

#include "certificate-mbedtls.h"
#include "public-key.h"

#include <stdlib.h>

enum { P256_BITS = 256, RSA_2048_BITS = 2048, RSA_3072_BITS = 3072 };

struct OtaSha256 {
	psa_hash_operation_t operation;
};

OtaSha256 *ota_sha256_open(void)
{
	OtaSha256 *sha256 = calloc(1, sizeof(*sha256));

	if (!sha256)
		return NULL;
	if (psa_crypto_init() == PSA_SUCCESS && psa_hash_setup(&sha256->operation, PSA_ALG_SHA_256) == PSA_SUCCESS)
		return sha256;
	ota_sha256_close(sha256);
	return NULL;
}

void ota_sha256_close(OtaSha256 *sha256)
{
	psa_hash_abort(&sha256->operation);
	free(sha256);
}

bool ota_sha256_update(OtaSha256 *sha256, const void *bytes, uint32_t length)
{
	return psa_hash_update(&sha256->operation, bytes, length) == PSA_SUCCESS;
}

bool ota_sha256_digest(OtaSha256 *sha256, uint8_t digest[OTA_SHA256_SIZE])
{
	size_t length;

	return psa_hash_finish(&sha256->operation, digest, OTA_SHA256_SIZE, &length) == PSA_SUCCESS;
}

struct OtaPublicKey {
	mbedtls_x509_crt certificate;
	psa_key_id_t id;
};

static bool is_of_scheme(const psa_key_attributes_t *key, bool is_ecdsa)
{
	psa_key_type_t type = psa_get_key_type(key);
	size_t bits = psa_get_key_bits(key);

	if (is_ecdsa)
		return type == PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1) && bits == P256_BITS;
	return type == PSA_KEY_TYPE_RSA_PUBLIC_KEY && (bits == RSA_2048_BITS || bits == RSA_3072_BITS);
}

static psa_algorithm_t algorithm_of(bool is_ecdsa)
{
	return is_ecdsa ? PSA_ALG_ECDSA(PSA_ALG_SHA_256) : PSA_ALG_RSA_PKCS1V15_SIGN(PSA_ALG_SHA_256);
}

static bool import(OtaPublicKey *key, bool is_ecdsa)
{
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;

	if (mbedtls_pk_get_psa_attributes(&key->certificate.pk, PSA_KEY_USAGE_VERIFY_HASH, &attributes) != 0)
		return false;
	if (!is_of_scheme(&attributes, is_ecdsa))
		return false;
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_VERIFY_HASH);
	psa_set_key_algorithm(&attributes, algorithm_of(is_ecdsa));
	return mbedtls_pk_import_into_psa(&key->certificate.pk, &attributes, &key->id) == 0;
}

OtaPublicKey *ota_public_key_open(bool is_ecdsa, OtaBytes certificate)
{
	OtaPublicKey *key = calloc(1, sizeof(*key));

	if (!key)
		return NULL;
	if (psa_crypto_init() == PSA_SUCCESS && ota_certificate_parse(&key->certificate, certificate)
			&& import(key, is_ecdsa))
		return key;
	ota_public_key_close(key);
	return NULL;
}

/* To destroy PSA_KEY_ID_NULL does nothing, and so does freeing what is all zero. */
void ota_public_key_close(OtaPublicKey *key)
{
	psa_destroy_key(key->id);
	mbedtls_x509_crt_free(&key->certificate);
	free(key);
}

bool ota_public_key_verify_ecdsa(OtaPublicKey *key, const uint8_t digest[OTA_SHA256_SIZE],
	const uint8_t scalars[2 * OTA_SCALAR_SIZE])
{
	return psa_verify_hash(key->id, algorithm_of(true), digest, OTA_SHA256_SIZE, scalars, 2 * OTA_SCALAR_SIZE)
		== PSA_SUCCESS;
}

/* PSA compares the padded block whole. */
bool ota_public_key_verify_rsa(OtaPublicKey *key, const uint8_t digest[OTA_SHA256_SIZE], OtaBytes signature)
{
	return psa_verify_hash(key->id, algorithm_of(false), digest, OTA_SHA256_SIZE, signature.bytes, signature.length)
		== PSA_SUCCESS;
}
