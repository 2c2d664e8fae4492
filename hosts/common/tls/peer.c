/* SPDX-License-Identifier: MIT
 * Sources: RFC 6125 and RFC 5280 4.2.1.6 (names), RFC 5280 4.2.1.12 (extended key usage). */
#include "peer.h"

#include "failure.h"

#include <mbedtls/oid.h>
#include <string.h>

/* Mbed TLS 2.28 compares names of the type dNSName only. */
static bool names_address(const mbedtls_x509_crt *certificate, const uint8_t address[4])
{
	for (const mbedtls_x509_sequence *name = &certificate->subject_alt_names; name; name = name->next)
		if (name->buf.tag == (MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_X509_SAN_IP_ADDRESS)
				&& name->buf.len == 4 && memcmp(name->buf.p, address, 4) == 0)
			return true;
	return false;
}

/* What Mbed TLS does not look at, or only after this, when nobody is told what was wrong. */
static uint32_t flaws_of_own(const OtaTlsSession *session, const mbedtls_x509_crt *certificate)
{
	uint32_t flaws = 0;

	if (session->is_address && !names_address(certificate, session->address))
		flaws |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
	if (mbedtls_x509_crt_check_extended_key_usage(certificate, MBEDTLS_OID_SERVER_AUTH,
			MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH)) != 0)
		flaws |= MBEDTLS_X509_BADCERT_EXT_KEY_USAGE;
	return flaws;
}

int ota_tls_check_certificate(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags)
{
	OtaTlsSession *session = context;

	if (depth == 0)
		*flags |= flaws_of_own(session, certificate);
	if (*flags && session->problem[0] == 0)
		ota_tls_describe_certificate(session->problem, sizeof(session->problem), certificate, *flags,
			session->server_name);
	return 0;
}
