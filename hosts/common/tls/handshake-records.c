/* SPDX-License-Identifier: MIT
 * Source: RFC 5246 6.2.1 (records), 7.4 (handshake messages). */
#include "handshake-records.h"

#include <string.h>

enum { CHANGE_CIPHER_SPEC = 20, HANDSHAKE = 22, RECORD_LENGTH_MAX = 0xFFFF };

static void give(OtaHandshakeRecords *records, const uint8_t *bytes, size_t count)
{
	memcpy(records->ready + records->ready_count, bytes, count);
	records->ready_count += (uint8_t)count;
}

static bool in_message(const OtaHandshakeRecords *records)
{
	return records->message_header_count > 0;
}

/* Where the next byte belongs, when one part has ended. */
static OtaRecordsState next_state(const OtaHandshakeRecords *records)
{
	if (records->record_left == 0)
		return records->header[0] == CHANGE_CIPHER_SPEC ? OTA_RECORDS_CIPHERTEXT : OTA_RECORDS_HEADER;
	if (records->header[0] != HANDSHAKE)
		return OTA_RECORDS_OTHER;
	return records->message_header_count < OTA_MESSAGE_HEADER_SIZE ? OTA_RECORDS_MESSAGE_HEADER : OTA_RECORDS_MESSAGE;
}

static void take_header(OtaHandshakeRecords *records, uint8_t byte)
{
	records->header[records->header_count++] = byte;
	if (records->header_count < OTA_RECORD_HEADER_SIZE)
		return;
	records->header_count = 0;
	records->record_left = (uint32_t)records->header[3] << 8 | records->header[4];
	if (records->header[0] != HANDSHAKE && in_message(records)) {
		records->state = OTA_RECORDS_BROKEN;
		return;
	}
	if (records->header[0] != HANDSHAKE)
		give(records, records->header, OTA_RECORD_HEADER_SIZE);
	records->state = next_state(records);
}

/* Gives the message's own record header, and its message header. Mbed TLS refuses what is longer than its buffer. */
static void open_message(OtaHandshakeRecords *records)
{
	const uint8_t *header = records->message_header;
	uint8_t own[OTA_RECORD_HEADER_SIZE];
	uint32_t length;

	records->message_left = (uint32_t)header[1] << 16 | (uint32_t)header[2] << 8 | header[3];
	length = records->message_left + OTA_MESSAGE_HEADER_SIZE;
	if (length > RECORD_LENGTH_MAX)
		length = RECORD_LENGTH_MAX;
	memcpy(own, records->header, 3);
	own[3] = (uint8_t)(length >> 8);
	own[4] = (uint8_t)length;
	give(records, own, sizeof(own));
	give(records, header, OTA_MESSAGE_HEADER_SIZE);
	if (records->message_left == 0)
		records->message_header_count = 0;
}

static void take(OtaHandshakeRecords *records, uint8_t byte)
{
	records->ready_first = records->ready_count = 0;
	if (records->state == OTA_RECORDS_HEADER) {
		take_header(records, byte);
		return;
	}
	records->record_left--;
	if (records->state == OTA_RECORDS_MESSAGE_HEADER) {
		records->message_header[records->message_header_count++] = byte;
		if (records->message_header_count == OTA_MESSAGE_HEADER_SIZE)
			open_message(records);
	}
	else {
		give(records, &byte, 1);
		if (records->state == OTA_RECORDS_MESSAGE && --records->message_left == 0)
			records->message_header_count = 0;
	}
	records->state = next_state(records);
}

/* The rest of the connection. */
static size_t copy(OtaInput *input, uint8_t *into, size_t length)
{
	size_t count = input->count - input->first;

	if (count > length)
		count = length;
	memcpy(into, input->bytes + input->first, count);
	input->first += count;
	return count;
}

size_t ota_handshake_records_read(OtaHandshakeRecords *records, OtaInput *input, uint8_t *into, size_t length)
{
	size_t count = 0;

	while (count < length) {
		if (records->ready_first < records->ready_count)
			into[count++] = records->ready[records->ready_first++];
		else if (records->state == OTA_RECORDS_CIPHERTEXT)
			return count + copy(input, into + count, length - count);
		else if (records->state == OTA_RECORDS_BROKEN || input->first == input->count)
			return count;
		else
			take(records, input->bytes[input->first++]);
	}
	return count;
}
