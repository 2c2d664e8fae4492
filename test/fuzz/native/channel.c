/* SPDX-License-Identifier: MIT
 *
 * The byte channel on hostile bytes. Each byte of a frame that reaches a socket is looked at, and what is sent
 * must come back as it was sent.
 */
#include "board.h"
#include "channel.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t *incoming;
static size_t left;
static uint8_t sent[1024];
static size_t sent_length;

int xs_ota_board_channel_read(void)
{
	if (left == 0)
		return -1;
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

static void feed(const uint8_t *bytes, size_t length)
{
	incoming = bytes;
	left = length;
	while (left > 0)
		xs_ota_channel_serve();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	XsOtaChannelSocket socket = { .on_frame = on_frame, .on_turn = on_turn };
	uint8_t reply[sizeof(sent)];
	size_t reply_length;

	expected = NULL;
	sent_length = 0;
	xs_ota_channel_open();
	reply_length = sent_length;
	memcpy(reply, sent, sent_length);
	xs_ota_channel_attach(&socket);
	feed(data, size);	/* before the gateway has answered */
	static const uint8_t end = 0;
	feed(&end, 1);
	feed(reply, reply_length);	/* our own RESET is what the gateway answers with */
	feed(data, size);
	feed(&end, 1);
	expected = data;
	expected_length = size < XS_OTA_CHANNEL_PAYLOAD_MAX ? (uint32_t)size : XS_OTA_CHANNEL_PAYLOAD_MAX;
	matches = 0;
	feed(reply, reply_length);
	sent_length = 0;
	xs_ota_channel_send(socket.number, XS_OTA_FRAME_DATA, expected ? expected : &end, expected_length);
	feed(sent, sent_length);
	if (matches != 1)
		abort();
	xs_ota_channel_detach(&socket);
	return 0;
}
