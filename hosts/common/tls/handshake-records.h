/* SPDX-License-Identifier: MIT
 * Puts each message of the server's handshake into one TLS record of its own. A server may split them over records, or
 * put several into one (RFC 5246 6.2.1), and does so when certificates are long and records short; Mbed TLS takes
 * several in one, but none that is split. Only the part before ChangeCipherSpec, which is not encrypted, is touched. */
#ifndef OTA_HANDSHAKE_RECORDS_H
#define OTA_HANDSHAKE_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OTA_RECORD_HEADER_SIZE = 5, OTA_MESSAGE_HEADER_SIZE = 4 };

typedef enum OtaRecordsState {
	OTA_RECORDS_HEADER,	/* of a record */
	OTA_RECORDS_OTHER,	/* what a record holds that is no handshake */
	OTA_RECORDS_MESSAGE_HEADER,
	OTA_RECORDS_MESSAGE,
	OTA_RECORDS_CIPHERTEXT,	/* from ChangeCipherSpec on all is as it comes */
	OTA_RECORDS_BROKEN	/* a record of another kind in the middle of a message */
} OtaRecordsState;

typedef struct OtaHandshakeRecords {
	OtaRecordsState state;
	uint8_t header[OTA_RECORD_HEADER_SIZE];
	uint8_t header_count;
	uint8_t message_header[OTA_MESSAGE_HEADER_SIZE];
	uint8_t message_header_count;
	uint32_t record_left;
	uint32_t message_left;
	uint8_t ready[OTA_RECORD_HEADER_SIZE + OTA_MESSAGE_HEADER_SIZE];	/* made, and not taken yet */
	uint8_t ready_first, ready_count;
} OtaHandshakeRecords;

/* Bytes that come, some of them taken. */
typedef struct OtaInput {
	const uint8_t *bytes;
	size_t first, count;
} OtaInput;

/* A zeroed OtaHandshakeRecords is one at the start of a connection. Returns how many bytes it put `into`, at most
 * `length`, having taken as many as it needed for them from the input. */
size_t ota_handshake_records_read(OtaHandshakeRecords *records, OtaInput *input, uint8_t *into, size_t length);

#endif
