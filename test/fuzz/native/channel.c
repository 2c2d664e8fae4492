/* SPDX-License-Identifier: MIT
 *
 * The byte channel on hostile bytes. Each byte of a frame that reaches a socket is looked at; a stream gives what its
 * frames brought, in that order and without a gap, or has ended; and what is sent must come back as it was sent.
 */
#include "board.h"
#include "tcp-stream.h"

#include <stdlib.h>
#include <string.h>

enum { SOCKET = 1, STREAM = 2 };

static const uint8_t *incoming;
static size_t left;
static bool lost;
static uint8_t sent[1024];
static size_t sent_length;

int xs_ota_board_channel_read(void)
{
	if (lost) {
		lost = false;
		return XS_OTA_CHANNEL_LOST;
	}
	if (left == 0)
		return XS_OTA_CHANNEL_EMPTY;
	left--;
	return *incoming++;
}

void xs_ota_board_channel_open(void)
{
}

void xs_ota_board_channel_write(const uint8_t *bytes, uint32_t length)
{
	if (length > sizeof(sent) - sent_length)
		abort();
	memcpy(sent + sent_length, bytes, length);
	sent_length += length;
}

void xs_ota_port_random(void *into, size_t length)
{
	memset(into, 7, length);
}

double xs_ota_port_now(void)
{
	return 0;
}

static const uint8_t *expected;
static uint32_t expected_length;
static int matches;

static bool on_frame(XsOtaChannelSocket *socket, XsOtaFrameType type, const uint8_t *payload, uint32_t length)
{
	uint8_t sum = 0;

	if (length > XS_OTA_CHANNEL_PAYLOAD_MAX)
		abort();
	for (uint32_t i = 0; i < length; i++)
		sum ^= payload[i];
	if (expected && type == XS_OTA_FRAME_DATA && length == expected_length && memcmp(payload, expected, length) == 0)
		matches++;
	return socket->number == 0 && sum == 0;
}

static bool on_turn(XsOtaChannelSocket *socket)
{
	(void)socket;
	return false;
}

/* What the stream was given, and how much of that was read from it. */
static uint8_t given[1 << 14];
static uint32_t given_count, read_count;
static int failures;
static bool (*on_stream_frame)(XsOtaChannelSocket *socket, XsOtaFrameType type, const uint8_t *payload, uint32_t length);

static bool give(XsOtaChannelSocket *socket, XsOtaFrameType type, const uint8_t *payload, uint32_t length)
{
	const XsOtaTcpStream *stream = (XsOtaTcpStream *)socket;

	sent_length = 0;
	if (type == XS_OTA_FRAME_DATA && stream->state < XS_OTA_TCP_ENDED) {
		if (length > sizeof(given) - given_count)
			abort();
		memcpy(given + given_count, payload, length);
		given_count += length;
	}
	return on_stream_frame(socket, type, payload, length);
}

/* A slow reader: as many bytes as the first one says. */
static void read_some(XsOtaTcpStream *stream)
{
	uint8_t bytes[UINT8_MAX];
	uint32_t count = stream->received[0] < stream->received_count ? stream->received[0] : stream->received_count;

	if (failures > 0 || stream->received_count == 0)
		abort();
	sent_length = 0;
	xs_ota_tcp_stream_read(stream, bytes, count);
	if (memcmp(bytes, given + read_count, count) != 0)
		abort();
	read_count += count;
}

static void write_nothing(XsOtaTcpStream *stream)
{
	if (stream->writable == 0)
		abort();
}

static void count_failure(XsOtaTcpStream *stream)
{
	(void)stream;
	if (++failures > 1)
		abort();
}

static void open_stream(XsOtaTcpStream *stream)
{
	given_count = read_count = 0;
	failures = 0;
	xs_ota_tcp_stream_open(stream, "a", 1, true);
	stream->link.socket.number = STREAM;
	on_stream_frame = stream->link.socket.on_frame;
	stream->link.socket.on_frame = give;
}

/* The most bytes that are read in one turn, so that whatever comes cannot keep the run loop from its work. */
enum { TURN_MAX = 4096 };

static void feed(const uint8_t *bytes, size_t length)
{
	incoming = bytes;
	left = length;
	do {
		size_t before = left;

		xs_ota_channel_serve();
		if (before - left > TURN_MAX)
			abort();
	} while (left > 0);
}

static void check(const XsOtaTcpStream *stream)
{
	if (stream->state < XS_OTA_TCP_ENDED && read_count + stream->received_count != given_count)
		abort();
	if (memcmp(stream->received, given + read_count, stream->received_count) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t end = 0;
	XsOtaChannelSocket socket = { .on_frame = on_frame, .on_turn = on_turn };
	XsOtaTcpStream stream = { .on_readable = read_some, .on_writable = write_nothing, .on_failed = count_failure };
	uint8_t reply[sizeof(sent)];
	size_t reply_length;

	expected = NULL;
	sent_length = 0;
	xs_ota_channel_open();
	reply_length = sent_length;	/* our own RESET is what the gateway answers with */
	memcpy(reply, sent, sent_length);
	xs_ota_channel_attach(&socket);
	socket.number = SOCKET;
	open_stream(&stream);
	feed(data, size);	/* before the gateway has answered */
	feed(&end, 1);
	if (given_count > 0)
		abort();
	feed(reply, reply_length);
	for (unsigned i = 0; i < 3; i++) {
		feed(data, size);
		feed(&end, 1);
		check(&stream);
	}
	sent_length = 0;
	lost = true;
	feed(data, size);	/* and all of it is of the link that is lost */
	if (stream.state < XS_OTA_TCP_ENDED)
		abort();
	check(&stream);
	xs_ota_tcp_stream_close(&stream);
	expected = data;
	expected_length = size < XS_OTA_CHANNEL_PAYLOAD_MAX ? (uint32_t)size : XS_OTA_CHANNEL_PAYLOAD_MAX;
	matches = 0;
	feed(&end, 1);
	feed(reply, reply_length);
	sent_length = 0;
	xs_ota_channel_send(socket.number, XS_OTA_FRAME_DATA, expected ? expected : &end, expected_length);
	feed(sent, sent_length);
	if (matches != 1)
		abort();
	xs_ota_channel_detach(&socket);
	return 0;
}
