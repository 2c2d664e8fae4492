/* SPDX-License-Identifier: MIT
 * Signatures over a SHA-256 digest, by Mbed TLS. Sources: SEC 1 4.1.4; RFC 3279 2.2.3; RFC 8017 8.2.2. */
#include "signature.h"

#include <mbedtls/ecdsa.h>
#include <mbedtls/rsa.h>
#include <mbedtls/x509_crt.h>
#include <stdlib.h>
#include <string.h>

enum { DIGEST_SIZE = 32, NUMBER_SIZE_MAX = 33, RSA_2048_SIZE = 256, RSA_3072_SIZE = 384 };

/*
 * Takes one DER INTEGER, positive and in its shortest form, off the front of `der`.
 * Mbed TLS's own parser is lenient: other encodings of one signature would verify as well.
 */
static bool take_integer(OtaBytes *der, mbedtls_mpi *number)
{
	const uint8_t *content = der->bytes + 2;
	uint32_t size;

	if (der->length < 3 || der->bytes[0] != 0x02)
		return false;
	size = der->bytes[1];
	if (size == 0 || size > NUMBER_SIZE_MAX || size > der->length - 2)
		return false;
	if (content[0] & 0x80)
		return false;
	if (content[0] == 0 && size > 1 && !(content[1] & 0x80))
		return false;
	if (mbedtls_mpi_read_binary(number, content, size) != 0)
		return false;
	der->bytes += 2 + size;
	der->length -= 2 + size;
	return true;
}

/* SEQUENCE { r INTEGER, s INTEGER }, and not a byte more */
static bool parse_signature(OtaBytes der, mbedtls_mpi *r, mbedtls_mpi *s)
{
	if (der.length < 2 || der.bytes[0] != 0x30 || der.bytes[1] > 0x7F || der.bytes[1] != der.length - 2)
		return false;
	der.bytes += 2;
	der.length -= 2;
	return take_integer(&der, r) && take_integer(&der, s) && der.length == 0;
}

static bool in_range(const mbedtls_mpi *number, const mbedtls_mpi *order)
{
	return mbedtls_mpi_cmp_int(number, 1) >= 0 && mbedtls_mpi_cmp_mpi(number, order) < 0;
}

static bool is_p256(const mbedtls_pk_context *key)
{
	return mbedtls_pk_get_type(key) == MBEDTLS_PK_ECKEY && mbedtls_pk_ec(*key)->grp.id == MBEDTLS_ECP_DP_SECP256R1;
}

static bool verify_ecdsa(mbedtls_pk_context *key, const uint8_t digest[32], OtaBytes signature)
{
	mbedtls_mpi r, s;
	bool valid;

	mbedtls_mpi_init(&r);
	mbedtls_mpi_init(&s);
	valid = parse_signature(signature, &r, &s)
		&& in_range(&r, &mbedtls_pk_ec(*key)->grp.N) && in_range(&s, &mbedtls_pk_ec(*key)->grp.N)
		&& mbedtls_ecdsa_verify(&mbedtls_pk_ec(*key)->grp, digest, DIGEST_SIZE, &mbedtls_pk_ec(*key)->Q, &r, &s) == 0;
	mbedtls_mpi_free(&r);
	mbedtls_mpi_free(&s);
	return valid;
}

static bool is_rsa(const mbedtls_pk_context *key)
{
	size_t size = mbedtls_pk_get_len(key);

	return mbedtls_pk_get_type(key) == MBEDTLS_PK_RSA && (size == RSA_2048_SIZE || size == RSA_3072_SIZE);
}

/* Mbed TLS encodes what the block must be and compares it whole: nothing of the padding is parsed. */
static bool verify_rsa(mbedtls_pk_context *key, const uint8_t digest[32], OtaBytes signature)
{
	mbedtls_rsa_context *rsa = mbedtls_pk_rsa(*key);

	if (signature.length != mbedtls_pk_get_len(key))
		return false;
	mbedtls_rsa_set_padding(rsa, MBEDTLS_RSA_PKCS_V15, MBEDTLS_MD_NONE);
	return mbedtls_rsa_pkcs1_verify(rsa, NULL, NULL, MBEDTLS_RSA_PUBLIC, MBEDTLS_MD_SHA256, DIGEST_SIZE, digest,
		signature.bytes) == 0;
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

static OtaVerdict verify(bool is_ecdsa, mbedtls_pk_context *key, OtaBytes digest, OtaBytes signature)
{
	if (!(is_ecdsa ? is_p256(key) : is_rsa(key)))
		return OTA_CERTIFICATE_INVALID;
	if (digest.length != DIGEST_SIZE)
		return OTA_SIGNATURE_INVALID;
	if (is_ecdsa ? verify_ecdsa(key, digest.bytes, signature) : verify_rsa(key, digest.bytes, signature))
		return OTA_SIGNATURE_VALID;
	return OTA_SIGNATURE_INVALID;
}

OtaVerdict ota_signature_verify(bool is_ecdsa, OtaBytes certificate, OtaBytes digest, OtaBytes signature)
{
	mbedtls_x509_crt parsed;
	OtaVerdict verdict = OTA_CERTIFICATE_INVALID;

	mbedtls_x509_crt_init(&parsed);
	if (parse_certificate(&parsed, certificate))
		verdict = verify(is_ecdsa, &parsed.pk, digest, signature);
	mbedtls_x509_crt_free(&parsed);
	return verdict;
}
