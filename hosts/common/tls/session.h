/* SPDX-License-Identifier: MIT
 * The client's end of a TLS 1.2 connection, by Mbed TLS. It has no input and output of its own: it is fed what the
 * server sends, and gives what is to be sent. Knows nothing of XS. */
#ifndef OTA_TLS_SESSION_H
#define OTA_TLS_SESSION_H

#include "handshake-records.h"
#include "signature.h"

#include <mbedtls/ssl.h>

enum {
	OTA_TLS_CHUNK_SIZE = 512,	/* of ciphertext, fed or given at once; an alert fits */
	OTA_TLS_NAME_SIZE = 254,	/* a host name with its final 0. Source: RFC 1035 2.3.4 */
	OTA_TLS_PROTOCOL_SIZE = 32,
	OTA_TLS_PROBLEM_SIZE = 240
};

/* What a step came to. */
typedef enum OtaTlsOutcome {
	OTA_TLS_HUNGRY,	/* feed it */
	OTA_TLS_FULL,	/* take what it gives */
	OTA_TLS_OPENED,	/* the handshake is done */
	OTA_TLS_READABLE,	/* decrypted bytes wait to be read */
	OTA_TLS_ENDED,	/* the server said that it sends no more */
	OTA_TLS_FAILED	/* `problem` says why; what it still gives tells the server */
} OtaTlsOutcome;

typedef struct OtaTlsSession {
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config config;
	mbedtls_x509_crt root;
	mbedtls_x509_crt certificate;	/* the device's own, then those that lead from it to a root */
	mbedtls_pk_context key;
	char server_name[OTA_TLS_NAME_SIZE];
	bool is_address;	/* the server's name is an IPv4 address */
	uint8_t address[4];
	char protocol[OTA_TLS_PROTOCOL_SIZE];
	const char *protocols[2];
	OtaHandshakeRecords records;
	uint8_t fed[OTA_TLS_CHUNK_SIZE];
	OtaInput input;
	uint8_t given[OTA_TLS_CHUNK_SIZE];
	uint32_t given_count;
	enum { OTA_TLS_HANDSHAKE, OTA_TLS_OPEN, OTA_TLS_OVER } state;
	char problem[OTA_TLS_PROBLEM_SIZE];	/* why it failed: a sentence without its end */
} OtaTlsSession;

/* Makes an idle session, which ota_tls_close frees. */
void ota_tls_init(OtaTlsSession *session);

/* Keeps the first problem. Returns false. */
bool ota_tls_refuse(OtaTlsSession *session, const char *problem);

/* Each takes one option, and copies it; false: `problem`. DER; certificates can be several, the device's own first. */
bool ota_tls_trust(OtaTlsSession *session, OtaBytes root);
bool ota_tls_add_certificate(OtaTlsSession *session, OtaBytes certificate);
bool ota_tls_set_key(OtaTlsSession *session, OtaBytes pkcs8);
bool ota_tls_set_server(OtaTlsSession *session, const char *name);
bool ota_tls_set_protocol(OtaTlsSession *session, const char *name);

/* After the options: makes it ready for the first step. */
bool ota_tls_open(OtaTlsSession *session);

/* Goes on with the handshake; later, decrypts the next record when none waits to be read. */
OtaTlsOutcome ota_tls_step(OtaTlsSession *session);

/* Whether it has used up what it was fed: at most OTA_TLS_CHUNK_SIZE bytes at once. */
bool ota_tls_is_hungry(const OtaTlsSession *session);
void ota_tls_feed(OtaTlsSession *session, const void *bytes, uint32_t length);

/* Moves ciphertext that is to be sent; returns how many bytes. */
uint32_t ota_tls_give(OtaTlsSession *session, void *into, uint32_t length);

/* Decrypted bytes that wait. */
uint32_t ota_tls_readable(const OtaTlsSession *session);
uint32_t ota_tls_read(OtaTlsSession *session, void *into, uint32_t length);

/* Encrypts at most a record's worth. Returns the bytes taken; 0: take what it gives and call again with the same. */
uint32_t ota_tls_write(OtaTlsSession *session, const void *bytes, uint32_t length);

/* Bytes that fit one record, and what a record adds to them. */
uint32_t ota_tls_record_size(const OtaTlsSession *session);
uint32_t ota_tls_record_overhead(const OtaTlsSession *session);

/* Whether the server asked for a certificate, and has been answered. */
bool ota_tls_is_judged(const OtaTlsSession *session);

/* Says close_notify, if that can be given at once. */
void ota_tls_end(OtaTlsSession *session);

void ota_tls_close(OtaTlsSession *session);

#endif
