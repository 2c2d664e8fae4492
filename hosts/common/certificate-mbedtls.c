/* SPDX-License-Identifier: MIT */
#include "certificate-mbedtls.h"

#include <stdlib.h>
#include <string.h>

bool ota_certificate_parse(mbedtls_x509_crt *parsed, OtaBytes certificate)
{
	static const char pem[] = "-----BEGIN";
	uint8_t *text;
	bool fine;

	mbedtls_x509_crt_init(parsed);
	if (certificate.length < sizeof(pem) || memcmp(certificate.bytes, pem, sizeof(pem) - 1) != 0)
		return mbedtls_x509_crt_parse_der(parsed, certificate.bytes, certificate.length) == 0;
	/* PEM needs a final 0 that the caller's bytes do not have */
	text = malloc((size_t)certificate.length + 1);
	if (!text)
		return false;
	memcpy(text, certificate.bytes, certificate.length);
	text[certificate.length] = 0;
	fine = mbedtls_x509_crt_parse(parsed, text, (size_t)certificate.length + 1) == 0;
	free(text);
	return fine;
}
