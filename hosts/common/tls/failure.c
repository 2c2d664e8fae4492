/* SPDX-License-Identifier: MIT
 * Sources: RFC 5246 7.2.2 and RFC 7301 3.2 for alerts; Mbed TLS 2.28 ssl.h and x509.h for errors and flags. */
#include "failure.h"

#include <mbedtls/ssl.h>
#include <stdio.h>

enum { NAME_SIZE = 96, NO_RENEGOTIATION = 100 };

typedef struct Words {
	int number;
	const char *words;
} Words;

/* The first that is set is told. */
static const Words flaws[] = {
	{ MBEDTLS_X509_BADCERT_NOT_TRUSTED, "is not signed by the root certificate that this device trusts" },
	{ MBEDTLS_X509_BADCERT_EXPIRED, "has expired" },
	{ MBEDTLS_X509_BADCERT_FUTURE, "is not valid yet, if this device's clock is right; it begins" },
	{ MBEDTLS_X509_BADCERT_CN_MISMATCH, "is not for the server" },
	{ MBEDTLS_X509_BADCERT_KEY_USAGE | MBEDTLS_X509_BADCERT_EXT_KEY_USAGE | MBEDTLS_X509_BADCERT_NS_CERT_TYPE,
		"is not for TLS servers" },
	{ MBEDTLS_X509_BADCERT_BAD_MD | MBEDTLS_X509_BADCERT_BAD_PK | MBEDTLS_X509_BADCERT_BAD_KEY,
		"has a key or a signature that is too weak" },
	{ 0, "is not valid" }
};

static const Words alerts[] = {
	{ 40, "handshake_failure: it has no cipher suite or key in common with this device, or wants a certificate" },
	{ 42, "bad_certificate: it does not accept this device's certificate" },
	{ 43, "unsupported_certificate: it does not accept this device's certificate" },
	{ 44, "certificate_revoked: this device's certificate was revoked" },
	{ 45, "certificate_expired: this device's certificate has expired" },
	{ 46, "certificate_unknown: it does not accept this device's certificate" },
	{ 48, "unknown_ca: it does not know who signed this device's certificate" },
	{ 49, "access_denied: this device's certificate is not allowed to connect" },
	{ 51, "decrypt_error: this device's signature is not that of its certificate" },
	{ 70, "protocol_version: it does not speak TLS 1.2" },
	{ 71, "insufficient_security: it wants a stronger cipher suite" },
	{ 80, "internal_error" },
	{ NO_RENEGOTIATION, "no_renegotiation" },
	{ 112, "unrecognized_name: it is not the host of this name" },
	{ 116, "certificate_required: it wants a certificate of this device" },
	{ 120, "no_application_protocol: it does not speak the protocol that was asked for" },
	{ 0, "an alert" }
};

static const Words errors[] = {
	{ MBEDTLS_ERR_SSL_ALLOC_FAILED, "there is not enough memory" },
	{ MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL, "the server sends a message that is longer than this device's buffer" },
	{ MBEDTLS_ERR_SSL_INVALID_RECORD, "what the server sends is not TLS 1.2, or a record longer than this device's buffer" },
	{ MBEDTLS_ERR_SSL_INVALID_MAC, "a record was changed on its way" },
	{ MBEDTLS_ERR_SSL_NO_CIPHER_CHOSEN, "the server has no cipher suite in common with this device" },
	{ MBEDTLS_ERR_SSL_BAD_HS_PROTOCOL_VERSION, "the server does not speak TLS 1.2" },
	{ MBEDTLS_ERR_SSL_BAD_HS_SERVER_HELLO, "the server answers with what this device did not offer" },
	{ MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE, "the server sends a message out of turn" },
	{ 0, NULL }
};

static const char *words_for_flags(uint32_t flags)
{
	const Words *flaw = flaws;

	while (flaw->number && !(flags & (uint32_t)flaw->number))
		flaw++;
	return flaw->words;
}

static const char *words_for(const Words *table, int number)
{
	while (table->number && table->number != number)
		table++;
	return table->words;
}

/* What cannot be guessed from the words: a name, or a date. */
static void describe_detail(char *text, size_t size, const mbedtls_x509_crt *certificate, uint32_t flags,
	const char *server_name)
{
	const mbedtls_x509_time *end = &certificate->valid_to, *start = &certificate->valid_from;

	text[0] = 0;
	if (flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED)
		return;
	if (flags & MBEDTLS_X509_BADCERT_EXPIRED)
		snprintf(text, size, " on %04d-%02d-%02d", end->year, end->mon, end->day);
	else if (flags & MBEDTLS_X509_BADCERT_FUTURE)
		snprintf(text, size, " on %04d-%02d-%02d", start->year, start->mon, start->day);
	else if (flags & MBEDTLS_X509_BADCERT_CN_MISMATCH)
		snprintf(text, size, " %s", server_name);
}

void ota_tls_describe_certificate(char *text, size_t size, const mbedtls_x509_crt *certificate, uint32_t flags,
	const char *server_name)
{
	char subject[NAME_SIZE], detail[NAME_SIZE];

	if (mbedtls_x509_dn_gets(subject, sizeof(subject), &certificate->subject) < 0)
		snprintf(subject, sizeof(subject), "with a long name");
	describe_detail(detail, sizeof(detail), certificate, flags, server_name);
	snprintf(text, size, "the server's certificate (%s) %s%s", subject, words_for_flags(flags), detail);
}

void ota_tls_describe_alert(char *text, size_t size, uint8_t alert)
{
	snprintf(text, size, "the server refuses the connection, alert %u, %s", alert, words_for(alerts, alert));
}

void ota_tls_describe_error(char *text, size_t size, int error)
{
	const char *words = words_for(errors, error);

	if (words)
		snprintf(text, size, "%s (Mbed TLS -0x%04x)", words, -error);
	else
		snprintf(text, size, "the handshake or a record is not valid (Mbed TLS -0x%04x)", -error);
}
