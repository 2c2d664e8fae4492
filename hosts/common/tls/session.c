/* SPDX-License-Identifier: MIT
 * Sources: RFC 5246 (TLS 1.2), RFC 6066 (server name, maximum fragment length). */
#include "session.h"

#include "failure.h"
#include "peer.h"
#include "port.h"

#include <string.h>

/* Forward secrecy and authenticated encryption only. Every one of AWS IoT's security policies for TLS 1.2 has them. */
static const int cipher_suites[] = {
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	0
};

static const mbedtls_ecp_group_id curves[] = { MBEDTLS_ECP_DP_SECP256R1, MBEDTLS_ECP_DP_NONE };

static int random_bytes(void *context, unsigned char *into, size_t length)
{
	(void)context;
	xs_ota_port_random(into, length);
	return 0;
}

static int send_bytes(void *context, const unsigned char *bytes, size_t length)
{
	OtaTlsSession *session = context;
	size_t room = sizeof(session->given) - session->given_count;

	if (room == 0)
		return MBEDTLS_ERR_SSL_WANT_WRITE;
	if (length > room)
		length = room;
	memcpy(session->given + session->given_count, bytes, length);
	session->given_count += (uint32_t)length;
	return (int)length;
}

static int receive_bytes(void *context, unsigned char *into, size_t length)
{
	OtaTlsSession *session = context;
	size_t count = ota_handshake_records_read(&session->records, &session->input, into, length);

	if (count > 0)
		return (int)count;
	return session->records.state == OTA_RECORDS_BROKEN ? MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE : MBEDTLS_ERR_SSL_WANT_READ;
}

void ota_tls_init(OtaTlsSession *session)
{
	memset(session, 0, sizeof(*session));
	session->input.bytes = session->fed;
	mbedtls_ssl_init(&session->ssl);
	mbedtls_ssl_config_init(&session->config);
	mbedtls_x509_crt_init(&session->root);
	mbedtls_x509_crt_init(&session->certificate);
	mbedtls_pk_init(&session->key);
}

/* A device without a certificate shows none. */
static bool configure_identity(OtaTlsSession *session)
{
	if (session->certificate.version == 0)
		return true;
	if (mbedtls_pk_check_pair(&session->certificate.pk, &session->key) != 0)
		return ota_tls_refuse(session, "this device's private key is not that of its certificate");
	return mbedtls_ssl_conf_own_cert(&session->config, &session->certificate, &session->key) == 0
		|| ota_tls_refuse(session, "there is not enough memory");
}

static bool configure_limits(mbedtls_ssl_config *config)
{
	mbedtls_ssl_conf_min_version(config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
	mbedtls_ssl_conf_ciphersuites(config, cipher_suites);
	mbedtls_ssl_conf_curves(config, curves);
#if defined(MBEDTLS_SSL_SESSION_TICKETS)
	mbedtls_ssl_conf_session_tickets(config, MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
#endif
#if MBEDTLS_SSL_IN_CONTENT_LEN < 16384	/* less than a record may be long: RFC 5246 6.2.1 */
	return mbedtls_ssl_conf_max_frag_len(config, MBEDTLS_SSL_MAX_FRAG_LEN_2048) == 0;
#else
	return true;
#endif
}

static bool configure(OtaTlsSession *session)
{
	mbedtls_ssl_config *config = &session->config;

	if (mbedtls_ssl_config_defaults(config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
			MBEDTLS_SSL_PRESET_DEFAULT) != 0 || !configure_limits(config))
		return ota_tls_refuse(session, "there is not enough memory");
	mbedtls_ssl_conf_authmode(config, MBEDTLS_SSL_VERIFY_REQUIRED);
	mbedtls_ssl_conf_ca_chain(config, &session->root, NULL);
	mbedtls_ssl_conf_verify(config, ota_tls_check_certificate, session);
	mbedtls_ssl_conf_rng(config, random_bytes, NULL);
	if (session->protocol[0]) {
		session->protocols[0] = session->protocol;
		mbedtls_ssl_conf_alpn_protocols(config, session->protocols);
	}
	return configure_identity(session);
}

bool ota_tls_open(OtaTlsSession *session)
{
	if (session->server_name[0] == 0 || session->root.version == 0)
		return ota_tls_refuse(session, "the server's name and a root certificate are needed");
	if (!configure(session))
		return false;
	if (mbedtls_ssl_setup(&session->ssl, &session->config) != 0)
		return ota_tls_refuse(session, "there is not enough memory");
	/* the extension is for names only: RFC 6066 3 */
	if (!session->is_address && mbedtls_ssl_set_hostname(&session->ssl, session->server_name) != 0)
		return ota_tls_refuse(session, "there is not enough memory");
	mbedtls_ssl_set_bio(&session->ssl, session, send_bytes, receive_bytes, NULL);
	return true;
}

static OtaTlsOutcome end_with(OtaTlsSession *session, int error)
{
	session->state = OTA_TLS_OVER;
	if (error == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY)
		return OTA_TLS_ENDED;
	if (session->problem[0] == 0 && error == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE)
		ota_tls_describe_alert(session->problem, sizeof(session->problem), session->ssl.in_msg[1]);
	else if (session->problem[0] == 0)
		ota_tls_describe_error(session->problem, sizeof(session->problem), error);
	return OTA_TLS_FAILED;
}

static OtaTlsOutcome outcome_of(OtaTlsSession *session, int error)
{
	switch (error) {
	case MBEDTLS_ERR_SSL_WANT_READ:
		return session->given_count > 0 ? OTA_TLS_FULL : OTA_TLS_HUNGRY;
	case MBEDTLS_ERR_SSL_WANT_WRITE:
		return OTA_TLS_FULL;
	default:
		return end_with(session, error);
	}
}

/* Goes on with the handshake, or decrypts a record: with a length of 0, reading leaves its bytes where they are. */
static int advance(OtaTlsSession *session)
{
	unsigned char nothing;

	if (session->state == OTA_TLS_HANDSHAKE)
		return mbedtls_ssl_handshake(&session->ssl);
	return mbedtls_ssl_read(&session->ssl, &nothing, 0);
}

/* Mbed TLS wants to read as well when it has just skipped a record, such as a warning. */
static bool has_skipped(const OtaTlsSession *session, int error)
{
	return error == MBEDTLS_ERR_SSL_WANT_READ && session->given_count == 0 && !ota_tls_is_hungry(session);
}

OtaTlsOutcome ota_tls_step(OtaTlsSession *session)
{
	int error;

	if (session->given_count > 0)
		return OTA_TLS_FULL;	/* so an alert always fits */
	if (session->state == OTA_TLS_OVER)
		return session->problem[0] ? OTA_TLS_FAILED : OTA_TLS_ENDED;
	do {
		if (ota_tls_readable(session) > 0)
			return OTA_TLS_READABLE;
		error = advance(session);
		if (error == 0 && session->state == OTA_TLS_HANDSHAKE) {
			session->state = OTA_TLS_OPEN;
			return OTA_TLS_OPENED;
		}
	} while (error == 0 || has_skipped(session, error));
	return outcome_of(session, error);
}

bool ota_tls_is_hungry(const OtaTlsSession *session)
{
	return session->input.first == session->input.count;
}

void ota_tls_feed(OtaTlsSession *session, const void *bytes, uint32_t length)
{
	memcpy(session->fed, bytes, length);
	session->input.first = 0;
	session->input.count = length;
}

uint32_t ota_tls_give(OtaTlsSession *session, void *into, uint32_t length)
{
	if (length > session->given_count)
		length = session->given_count;
	memcpy(into, session->given, length);
	session->given_count -= length;
	memmove(session->given, session->given + length, session->given_count);
	return length;
}

uint32_t ota_tls_readable(const OtaTlsSession *session)
{
	return session->state == OTA_TLS_HANDSHAKE ? 0 : (uint32_t)mbedtls_ssl_get_bytes_avail(&session->ssl);
}

/* Never more than what is readable, so that no record is decrypted here. */
uint32_t ota_tls_read(OtaTlsSession *session, void *into, uint32_t length)
{
	uint32_t readable = ota_tls_readable(session);
	int count;

	if (length > readable)
		length = readable;
	if (length == 0)
		return 0;
	count = mbedtls_ssl_read(&session->ssl, into, length);
	return count > 0 ? (uint32_t)count : 0;
}

uint32_t ota_tls_write(OtaTlsSession *session, const void *bytes, uint32_t length)
{
	int count;

	if (session->state != OTA_TLS_OPEN || length == 0)
		return 0;
	count = mbedtls_ssl_write(&session->ssl, bytes, length);
	if (count < 0 && count != MBEDTLS_ERR_SSL_WANT_WRITE)
		end_with(session, count);
	return count > 0 ? (uint32_t)count : 0;
}

uint32_t ota_tls_record_size(const OtaTlsSession *session)
{
	int size = mbedtls_ssl_get_max_out_record_payload(&session->ssl);

	return size > 0 ? (uint32_t)size : 0;
}

uint32_t ota_tls_record_overhead(const OtaTlsSession *session)
{
	return (uint32_t)mbedtls_ssl_get_record_expansion(&session->ssl);
}

bool ota_tls_is_judged(const OtaTlsSession *session)
{
	return session->ssl.client_auth && session->ssl.state > MBEDTLS_SSL_CLIENT_CERTIFICATE;
}

void ota_tls_end(OtaTlsSession *session)
{
	if (session->state == OTA_TLS_OPEN && session->given_count == 0)
		mbedtls_ssl_close_notify(&session->ssl);
	session->state = OTA_TLS_OVER;
}

void ota_tls_close(OtaTlsSession *session)
{
	mbedtls_ssl_free(&session->ssl);
	mbedtls_ssl_config_free(&session->config);
	mbedtls_x509_crt_free(&session->root);
	mbedtls_x509_crt_free(&session->certificate);
	mbedtls_pk_free(&session->key);
}
