/* SPDX-License-Identifier: MIT
 * Signatures over a SHA-256 digest, by PSA crypto. Sources: SEC 1 4.1.4; RFC 3279 2.2.3; RFC 8017 8.2.2;
 * PSA Certified Crypto API 1.2, psa_verify_hash. */
#include "signature.h"

#include "psa.h"

#include <stdlib.h>
#include <string.h>

enum { DIGEST_SIZE = 32, SCALAR_SIZE = 32, P256_BITS = 256, RSA_2048_BITS = 2048, RSA_3072_BITS = 3072 };

/* The order n of P-256, big-endian. Source: SEC 2 2.4.2. */
static const uint8_t order[SCALAR_SIZE] = {
	0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
};

/*
 * Takes one DER INTEGER, in its shortest form and 1 to n - 1, off the front of `der`. Others encode the same
 * signature, or one that verifiers must not be shown: r = 0 makes some of them accept, or never return.
 */
static bool take_scalar(OtaBytes *der, uint8_t scalar[SCALAR_SIZE])
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
	if (size > SCALAR_SIZE)
		return false;
	memset(scalar, 0, SCALAR_SIZE - size);
	memcpy(scalar + SCALAR_SIZE - size, content, size);
	return memcmp(scalar, order, SCALAR_SIZE) < 0;
}

/* SEQUENCE { r INTEGER, s INTEGER }, and not a byte more: PSA takes r and s as 32 bytes each */
static bool parse_signature(OtaBytes der, uint8_t both[2 * SCALAR_SIZE])
{
	if (der.length < 2 || der.bytes[0] != 0x30 || der.bytes[1] >= 0x80 || der.bytes[1] != der.length - 2)
		return false;
	der.bytes += 2;
	der.length -= 2;
	return take_scalar(&der, both) && take_scalar(&der, both + SCALAR_SIZE) && der.length == 0;
}

/* PEM needs a final 0 that the caller's bytes do not have. */
static bool parse_certificate(mbedtls_x509_crt *parsed, OtaBytes certificate)
{
	static const char pem[] = "-----BEGIN";
	uint8_t *text;
	bool fine;

	if (certificate.length < sizeof(pem) || memcmp(certificate.bytes, pem, sizeof(pem) - 1) != 0)
		return mbedtls_x509_crt_parse_der(parsed, certificate.bytes, certificate.length) == 0;
	text = malloc((size_t)certificate.length + 1);
	if (!text)
		return false;
	memcpy(text, certificate.bytes, certificate.length);
	text[certificate.length] = 0;
	fine = mbedtls_x509_crt_parse(parsed, text, (size_t)certificate.length + 1) == 0;
	free(text);
	return fine;
}

static bool is_of_scheme(const psa_key_attributes_t *key, bool is_ecdsa)
{
	psa_key_type_t type = psa_get_key_type(key);
	size_t bits = psa_get_key_bits(key);

	if (is_ecdsa)
		return type == PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1) && bits == P256_BITS;
	return type == PSA_KEY_TYPE_RSA_PUBLIC_KEY && (bits == RSA_2048_BITS || bits == RSA_3072_BITS);
}

/* For RSA, PSA compares the padded block whole: nothing of it is parsed. */
static OtaVerdict verify(psa_key_id_t key, psa_algorithm_t algorithm, OtaBytes digest, OtaBytes signature)
{
	uint8_t both[2 * SCALAR_SIZE];

	if (digest.length != DIGEST_SIZE)
		return OTA_SIGNATURE_INVALID;
	if (PSA_ALG_IS_ECDSA(algorithm)) {
		if (!parse_signature(signature, both))
			return OTA_SIGNATURE_INVALID;
		signature = (OtaBytes){ both, sizeof(both) };
	}
	if (psa_verify_hash(key, algorithm, digest.bytes, digest.length, signature.bytes, signature.length) != PSA_SUCCESS)
		return OTA_SIGNATURE_INVALID;
	return OTA_SIGNATURE_VALID;
}

static OtaVerdict verify_by_certificate(bool is_ecdsa, const mbedtls_pk_context *pk, OtaBytes digest, OtaBytes signature)
{
	psa_algorithm_t algorithm
		= is_ecdsa ? PSA_ALG_ECDSA(PSA_ALG_SHA_256) : PSA_ALG_RSA_PKCS1V15_SIGN(PSA_ALG_SHA_256);
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	psa_key_id_t key;
	OtaVerdict verdict;

	if (mbedtls_pk_get_psa_attributes(pk, PSA_KEY_USAGE_VERIFY_HASH, &attributes) != 0)
		return OTA_CERTIFICATE_INVALID;
	if (!is_of_scheme(&attributes, is_ecdsa))
		return OTA_CERTIFICATE_INVALID;
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_VERIFY_HASH);
	psa_set_key_algorithm(&attributes, algorithm);
	if (mbedtls_pk_import_into_psa(pk, &attributes, &key) != 0)
		return OTA_CERTIFICATE_INVALID;
	verdict = verify(key, algorithm, digest, signature);
	psa_destroy_key(key);
	return verdict;
}

OtaVerdict ota_signature_verify(bool is_ecdsa, OtaBytes certificate, OtaBytes digest, OtaBytes signature)
{
	mbedtls_x509_crt parsed;
	OtaVerdict verdict = OTA_CERTIFICATE_INVALID;

	mbedtls_x509_crt_init(&parsed);
	if (psa_crypto_init() == PSA_SUCCESS && parse_certificate(&parsed, certificate))
		verdict = verify_by_certificate(is_ecdsa, &parsed.pk, digest, signature);
	mbedtls_x509_crt_free(&parsed);
	return verdict;
}
