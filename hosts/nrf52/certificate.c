/* SPDX-License-Identifier: MIT */
#include "certificate.h"

#include <string.h>

enum { INTEGER = 0x02, BIT_STRING = 0x03, NULL_VALUE = 0x05, IDENTIFIER = 0x06, SEQUENCE = 0x30, VERSION = 0xA0 };
enum { POINT_SIZE = 64, UNCOMPRESSED = 0x04 };

/* id-ecPublicKey with secp256r1, and rsaEncryption with NULL: what is in their AlgorithmIdentifier. */
static const uint8_t p256[] = {
	IDENTIFIER, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
	IDENTIFIER, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07
};
static const uint8_t rsa[] = {
	IDENTIFIER, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, NULL_VALUE, 0
};

static bool equals(OtaBytes bytes, const uint8_t *expected, uint32_t length)
{
	return bytes.length == length && memcmp(bytes.bytes, expected, length) == 0;
}

static void skip(OtaBytes *der, uint32_t count)
{
	der->bytes += count;
	der->length -= count;
}

/* Takes a length of DER off the front, in its shortest form and no more than is left. */
static bool take_length(OtaBytes *der, uint32_t *length)
{
	uint32_t digits;

	if (der->length == 0)
		return false;
	*length = der->bytes[0];
	skip(der, 1);
	if (*length >= 0x80) {
		digits = *length & 0x7F;
		if (digits == 0 || digits > 2 || der->length < digits)
			return false;
		*length = der->bytes[0];
		if (digits == 2)
			*length = *length << 8 | der->bytes[1];
		if (*length < (digits == 1 ? 0x80u : 0x100u))
			return false;
		skip(der, digits);
	}
	return *length <= der->length;
}

/* Takes the value with this tag off the front. */
static bool take(OtaBytes *der, uint8_t tag, OtaBytes *value)
{
	uint32_t length;

	if (der->length == 0 || der->bytes[0] != tag)
		return false;
	skip(der, 1);
	if (!take_length(der, &length))
		return false;
	*value = (OtaBytes){ der->bytes, length };
	skip(der, length);
	return true;
}

/* Takes an INTEGER above zero, and its leading zero away. */
static bool take_positive(OtaBytes *der, OtaBytes *number)
{
	if (!take(der, INTEGER, number) || number->length == 0 || number->bytes[0] >= 0x80)
		return false;
	if (number->bytes[0] == 0)
		skip(number, 1);
	return number->length > 0 && number->bytes[0] != 0;
}

/* Leaves SubjectPublicKeyInfo at the front of TBSCertificate. */
static bool skip_to_key(OtaBytes *certificate)
{
	static const uint8_t before[] = { INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE };	/* serial number … subject */
	OtaBytes value;

	if (certificate->length > 0 && certificate->bytes[0] == VERSION && !take(certificate, VERSION, &value))
		return false;
	for (uint32_t i = 0; i < sizeof(before); i++)
		if (!take(certificate, before[i], &value))
			return false;
	return true;
}

static bool read_point(OtaBytes bits, OtaCertificateKey *key)
{
	if (bits.length != 1 + POINT_SIZE || bits.bytes[0] != UNCOMPRESSED)
		return false;
	key->point = (OtaBytes){ bits.bytes + 1, POINT_SIZE };
	return true;
}

/* RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER } */
static bool read_rsa(OtaBytes bits, OtaCertificateKey *key)
{
	OtaBytes numbers;

	return take(&bits, SEQUENCE, &numbers) && bits.length == 0 && take_positive(&numbers, &key->modulus)
		&& take_positive(&numbers, &key->exponent) && numbers.length == 0;
}

bool ota_certificate_read_key(OtaBytes der, OtaCertificateKey *key)
{
	OtaBytes certificate, tbs, info, algorithm, bits;

	*key = (OtaCertificateKey){ .point = { NULL, 0 } };
	if (!take(&der, SEQUENCE, &certificate) || !take(&certificate, SEQUENCE, &tbs) || !skip_to_key(&tbs)
			|| !take(&tbs, SEQUENCE, &info) || !take(&info, SEQUENCE, &algorithm)
			|| !take(&info, BIT_STRING, &bits) || bits.length == 0 || bits.bytes[0] != 0)
		return false;
	skip(&bits, 1);	/* the number of unused bits */
	if (equals(algorithm, p256, sizeof(p256)))
		return read_point(bits, key);
	return equals(algorithm, rsa, sizeof(rsa)) && read_rsa(bits, key);
}

/* The value of a base64 digit, or -1. Source: RFC 4648 4. */
static int digit_value(uint8_t character)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = character ? strchr(digits, character) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Decodes up to what is no digit of base64, line ends left out. */
static uint32_t decode_base64(OtaBytes text, uint8_t *der)
{
	uint32_t bits = 0, count = 0, length = 0;

	for (uint32_t i = 0; i < text.length; i++) {
		int value = digit_value(text.bytes[i]);

		if (text.bytes[i] == '\n' || text.bytes[i] == '\r')
			continue;
		if (value < 0)
			break;
		bits = bits << 6 | (uint32_t)value;
		if (++count % 4 != 1)
			der[length++] = (uint8_t)(bits >> (4 - count % 4) * 2 % 8);
	}
	return length;
}

uint32_t ota_certificate_decode(OtaBytes certificate, uint8_t *der)
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----";
	uint32_t size = sizeof(begin) - 1;

	if (certificate.length > 0 && certificate.bytes[0] == SEQUENCE) {
		memcpy(der, certificate.bytes, certificate.length);
		return certificate.length;
	}
	for (; certificate.length > size; skip(&certificate, 1)) {
		if (memcmp(certificate.bytes, begin, size) == 0) {
			skip(&certificate, size);
			return decode_base64(certificate, der);
		}
	}
	return 0;
}
