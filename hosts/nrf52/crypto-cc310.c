/* SPDX-License-Identifier: MIT
 * SHA-256 and public keys by the nRF52840's CryptoCell CC310. What the SDK would put on the stack, or on a heap that
 * alloca() is, is static here: the task that runs JavaScript has a stack of 6 KB.
 * Sources: nRF5 SDK 17.0.2 nrf_crypto_ecdsa.h, nrf_crypto_hash.h, crys_rsa_prim.h; RFC 8017 9.2. */
#include "public-key.h"

#include "certificate.h"
#include "cryptocell.h"

#include "cc310_backend_mutex.h"
#include "crys_rsa_build.h"
#include "crys_rsa_prim.h"
#include "nrfx.h"

#include <stdlib.h>
#include <string.h>

enum { RSA_2048_SIZE = 256, RSA_3072_SIZE = 384 };

/* What is not in RAM, the CryptoCell cannot read: constants of JavaScript are in flash. */
enum { COPY_SIZE = 64 };

struct OtaSha256 {
	nrf_crypto_hash_context_t context;
};

OtaSha256 *ota_sha256_open(void)
{
	OtaSha256 *sha256 = malloc(sizeof(*sha256));

	if (!sha256)
		return NULL;
	if (ota_cryptocell_open()
			&& nrf_crypto_hash_init(&sha256->context, &g_nrf_crypto_hash_sha256_info) == NRF_SUCCESS)
		return sha256;
	ota_sha256_close(sha256);
	return NULL;
}

void ota_sha256_close(OtaSha256 *sha256)
{
	free(sha256);
}

static bool update_by_copy(OtaSha256 *sha256, const uint8_t *bytes, uint32_t length)
{
	uint8_t copy[COPY_SIZE];

	for (uint32_t at = 0; at < length; at += COPY_SIZE) {
		uint32_t count = length - at < COPY_SIZE ? length - at : COPY_SIZE;

		memcpy(copy, bytes + at, count);
		if (nrf_crypto_hash_update(&sha256->context, copy, count) != NRF_SUCCESS)
			return false;
	}
	return true;
}

bool ota_sha256_update(OtaSha256 *sha256, const void *bytes, uint32_t length)
{
	if (length == 0)
		return true;
	if (!nrfx_is_in_ram(bytes))
		return update_by_copy(sha256, bytes, length);
	return nrf_crypto_hash_update(&sha256->context, bytes, length) == NRF_SUCCESS;
}

bool ota_sha256_digest(OtaSha256 *sha256, uint8_t digest[OTA_SHA256_SIZE])
{
	size_t size = OTA_SHA256_SIZE;

	return nrf_crypto_hash_finalize(&sha256->context, digest, &size) == NRF_SUCCESS && size == OTA_SHA256_SIZE;
}

struct OtaPublicKey {
	OtaCertificateKey key;
	uint8_t der[];
};

/* What one verification works with. */
static union {
	struct {
		nrf_crypto_ecc_public_key_t key;
		nrf_crypto_ecdsa_verify_context_t context;
	} ecdsa;
	struct {
		CRYS_RSAUserPubKey_t key;
		CRYS_RSAPrimeData_t prime;
		uint8_t signature[RSA_3072_SIZE];
		uint8_t block[RSA_3072_SIZE];
	} rsa;
} work;

static bool is_of_scheme(const OtaCertificateKey *key, bool is_ecdsa)
{
	uint32_t size = key->modulus.length;

	if (is_ecdsa)
		return key->point.length > 0;
	return (size == RSA_2048_SIZE || size == RSA_3072_SIZE) && key->modulus.bytes[0] >= 0x80;
}

OtaPublicKey *ota_public_key_open(bool is_ecdsa, OtaBytes certificate)
{
	OtaPublicKey *key = malloc(sizeof(*key) + certificate.length);
	uint32_t length;

	if (!key)
		return NULL;
	length = ota_certificate_decode(certificate, key->der);
	if (ota_certificate_read_key((OtaBytes){ key->der, length }, &key->key) && is_of_scheme(&key->key, is_ecdsa)
			&& ota_cryptocell_open())
		return key;
	ota_public_key_close(key);
	return NULL;
}

void ota_public_key_close(OtaPublicKey *key)
{
	free(key);
}

bool ota_public_key_verify_ecdsa(OtaPublicKey *key, const uint8_t digest[OTA_SHA256_SIZE],
	const uint8_t scalars[2 * OTA_SCALAR_SIZE])
{
	OtaBytes point = key->key.point;

	return nrf_crypto_ecc_public_key_from_raw(&g_nrf_crypto_ecc_secp256r1_curve_info, &work.ecdsa.key, point.bytes,
			point.length) == NRF_SUCCESS
		&& nrf_crypto_ecdsa_verify(&work.ecdsa.context, &work.ecdsa.key, digest, OTA_SHA256_SIZE, scalars,
			2 * OTA_SCALAR_SIZE) == NRF_SUCCESS;
}

/* The whole block that a signature of this digest must decrypt to: EMSA-PKCS1-v1_5. */
static bool is_padded(const uint8_t *block, uint32_t size, const uint8_t digest[OTA_SHA256_SIZE])
{
	static const uint8_t info[] = {	/* DigestInfo, up to the digest */
		0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20
	};
	uint32_t end = size - sizeof(info) - OTA_SHA256_SIZE - 1;

	if (block[0] != 0 || block[1] != 1 || block[end] != 0)
		return false;
	for (uint32_t i = 2; i < end; i++)
		if (block[i] != 0xFF)
			return false;
	return memcmp(block + end + 1, info, sizeof(info)) == 0
		&& memcmp(block + end + 1 + sizeof(info), digest, OTA_SHA256_SIZE) == 0;
}

/* The library's own verification of a scheme is not used: nobody can read how strictly it looks at the padding. */
static bool decrypt(const OtaCertificateKey *key, OtaBytes signature)
{
	OtaBytes modulus = key->modulus, exponent = key->exponent;
	CRYSError_t error;

	memcpy(work.rsa.signature, signature.bytes, signature.length);
	error = CRYS_RSA_Build_PubKey(&work.rsa.key, (uint8_t *)exponent.bytes, (uint16_t)exponent.length,
		(uint8_t *)modulus.bytes, (uint16_t)modulus.length);
	if (error == CRYS_OK)
		error = CRYS_RSA_PRIM_Encrypt(&work.rsa.key, &work.rsa.prime, work.rsa.signature, (uint16_t)signature.length,
			work.rsa.block);
	return error == CRYS_OK;
}

bool ota_public_key_verify_rsa(OtaPublicKey *key, const uint8_t digest[OTA_SHA256_SIZE], OtaBytes signature)
{
	bool valid;

	if (signature.length != key->key.modulus.length || !cc310_backend_mutex_trylock())
		return false;
	valid = decrypt(&key->key, signature) && is_padded(work.rsa.block, signature.length, digest);
	cc310_backend_mutex_unlock();
	return valid;
}
