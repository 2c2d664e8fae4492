/* SPDX-License-Identifier: MIT
 *
 * Frames on the wire: COBS of (type, socket, payload), ended by a 0. Source: Cheshire and Baker, "Consistent
 * Overhead Byte Stuffing", IEEE/ACM Transactions on Networking 7(2), 1999.
 */
#include "channel.h"

#include "board.h"

#include <string.h>

/* Type, socket, payload: never more than COBS encodes with one byte of overhead. Coded, with that and the last 0. */
enum { HEAD_SIZE = 2, FRAME_MAX = HEAD_SIZE + XS_OTA_CHANNEL_PAYLOAD_MAX, CODED_MAX = FRAME_MAX + 2 };

/* Bytes that are read in one turn: a gateway that never stops sending keeps no timer and no watchdog waiting. */
enum { TURN_MAX = 4096 };

/* Milliseconds that a gateway may take to answer: after them it was not there, or its answer was lost. */
enum { ANSWER_MAX = 2000 };

static XsOtaChannelSocket *sockets;
static uint8_t last_number;

/* False until the gateway has answered our RESET: what comes before is of an earlier start. */
static bool answered;
static uint32_t start;
static double asked;

/* The frame that is being received, decoded. */
static struct {
	uint8_t bytes[FRAME_MAX];
	uint32_t length;
	uint8_t left;	/* bytes until the next code */
	bool zero_due;	/* the last code stood for a 0, if the frame goes on */
	bool bad;
} incoming;

static void put(uint8_t byte)
{
	if (incoming.length == FRAME_MAX)
		incoming.bad = true;
	else
		incoming.bytes[incoming.length++] = byte;
}

static void decode(uint8_t byte)
{
	if (incoming.left > 0) {
		incoming.left--;
		put(byte);
		return;
	}
	if (incoming.zero_due)
		put(0);
	incoming.left = (uint8_t)(byte - 1);
	incoming.zero_due = byte != 0xFF;
}

static void begin_frame(void)
{
	incoming.length = 0;
	incoming.left = 0;
	incoming.zero_due = false;
	incoming.bad = false;
}

static XsOtaChannelSocket *find(uint8_t number)
{
	for (XsOtaChannelSocket *s = sockets; s; s = s->next)
		if (s->number == number)
			return s;
	return NULL;
}

static bool deliver(void)
{
	XsOtaFrameType type = (XsOtaFrameType)incoming.bytes[0];
	const uint8_t *payload = incoming.bytes + HEAD_SIZE;
	uint32_t length = incoming.length - HEAD_SIZE;
	XsOtaChannelSocket *socket;

	if (incoming.bad || incoming.left > 0 || incoming.length < HEAD_SIZE)
		return false;
	if (type == XS_OTA_FRAME_RESET) {
		if (length == sizeof(start) && memcmp(payload, &start, sizeof(start)) == 0)
			answered = true;
		return false;
	}
	socket = answered ? find(incoming.bytes[1]) : NULL;
	return socket && socket->on_frame(socket, type, payload, length);
}

/* One turn of each socket, until one has run JavaScript, which may have changed the list. */
static bool serve_turns(void)
{
	for (XsOtaChannelSocket *s = sockets; s; s = s->next)
		if (s->on_turn(s))
			return true;
	return false;
}

static void ask(void)
{
	static const uint8_t end = 0;

	asked = xs_ota_port_now();
	xs_ota_board_channel_write(&end, sizeof(end));	/* of what an earlier start was sending */
	xs_ota_channel_send(0, XS_OTA_FRAME_RESET, &start, sizeof(start));
}

static void end_sockets(void)
{
	for (XsOtaChannelSocket *s = sockets; s; s = s->next)
		s->on_frame(s, XS_OTA_FRAME_CLOSE, NULL, 0);
}

/* What was open over a lost link has ended, and so has what a gateway that was not there was asked to open. */
static void look_after_link(bool lost)
{
	if (lost) {
		end_sockets();
		xs_ota_channel_open();
	}
	else if (!answered && xs_ota_port_now() - asked >= ANSWER_MAX) {
		end_sockets();
		ask();
	}
}

bool xs_ota_channel_serve(void)
{
	int byte = 0;

	for (uint32_t count = 0; count < TURN_MAX && (byte = xs_ota_board_channel_read()) >= 0; count++) {
		bool ran;

		if (byte != 0) {
			decode((uint8_t)byte);
			continue;
		}
		ran = deliver();
		begin_frame();
		if (ran)
			return true;
	}
	look_after_link(byte == XS_OTA_CHANNEL_LOST);
	return serve_turns();
}

void xs_ota_channel_open(void)
{
	answered = false;
	xs_ota_port_random(&start, sizeof(start));
	begin_frame();
	xs_ota_board_channel_open();
	ask();
}

void xs_ota_channel_attach(XsOtaChannelSocket *socket)
{
	do
		last_number++;
	while (last_number == 0 || find(last_number));
	socket->number = last_number;
	socket->next = sockets;
	sockets = socket;
}

void xs_ota_channel_detach(XsOtaChannelSocket *socket)
{
	for (XsOtaChannelSocket **p = &sockets; *p; p = &(*p)->next)
		if (*p == socket) {
			*p = socket->next;
			return;
		}
}

/* Each code counts the bytes up to the next 0, and stands for it. Returns how many bytes it is, with the last 0. */
static uint32_t encode(const uint8_t *bytes, uint32_t length, uint8_t coded[CODED_MAX])
{
	uint32_t size = 0;

	for (uint32_t first = 0; first <= length;) {
		uint32_t count = 0;

		while (first + count < length && bytes[first + count] != 0)
			count++;
		coded[size++] = (uint8_t)(count + 1);
		memcpy(coded + size, bytes + first, count);
		size += count;
		first += count + 1;
	}
	coded[size++] = 0;
	return size;
}

void xs_ota_channel_send(uint8_t number, XsOtaFrameType type, const void *payload, uint32_t length)
{
	uint8_t frame[FRAME_MAX], coded[CODED_MAX];

	frame[0] = (uint8_t)type;
	frame[1] = number;
	if (length > 0)
		memcpy(frame + HEAD_SIZE, payload, length);
	xs_ota_board_channel_write(coded, encode(frame, HEAD_SIZE + length, coded));
}
