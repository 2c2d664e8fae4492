/* SPDX-License-Identifier: MIT
 * TCP by the gateway. Either side sends no more than the other has said it has room for, so no byte is lost; where the
 * gateway sends more, the stream ends, for it would have a gap. */
#include "tcp-stream.h"

#include <string.h>

/* Room is told in steps, to save frames. */
enum { ROOM_STEP = XS_OTA_TCP_BUFFER_SIZE / 4 };

static void send_room(XsOtaTcpStream *stream, uint32_t count)
{
	const uint8_t payload[2] = { (uint8_t)count, (uint8_t)(count >> 8) };

	xs_ota_channel_send(stream->link.socket.number, XS_OTA_FRAME_ROOM, payload, sizeof(payload));
}

static bool receive(XsOtaTcpStream *stream, const uint8_t *bytes, uint32_t length)
{
	uint32_t room = stream->state == XS_OTA_TCP_CONNECTED ? XS_OTA_TCP_BUFFER_SIZE - stream->received_count : 0;

	if (stream->state >= XS_OTA_TCP_ENDED || length == 0)
		return false;
	if (length > room) {
		xs_ota_channel_send(stream->link.socket.number, XS_OTA_FRAME_CLOSE, NULL, 0);
		stream->state = XS_OTA_TCP_ENDED;
		return false;
	}
	memcpy(stream->received + stream->received_count, bytes, length);
	stream->received_count += length;
	stream->on_readable(stream);
	return true;
}

static bool make_room(XsOtaTcpStream *stream, const uint8_t *payload, uint32_t length)
{
	if (length != 2 || stream->state > XS_OTA_TCP_CONNECTED)
		return false;
	if (stream->state == XS_OTA_TCP_CONNECTING) {
		stream->state = XS_OTA_TCP_CONNECTED;
		send_room(stream, XS_OTA_TCP_BUFFER_SIZE);
	}
	stream->writable += payload[0] | (uint32_t)payload[1] << 8;
	if (stream->writable == 0)
		return false;
	stream->on_writable(stream);
	return true;
}

static bool on_frame(XsOtaChannelSocket *socket, XsOtaFrameType type, const uint8_t *payload, uint32_t length)
{
	XsOtaTcpStream *stream = (XsOtaTcpStream *)socket;

	switch (type) {
	case XS_OTA_FRAME_DATA:
		return receive(stream, payload, length);
	case XS_OTA_FRAME_ROOM:
		return make_room(stream, payload, length);
	case XS_OTA_FRAME_CLOSE:
		if (stream->state < XS_OTA_TCP_ENDED)
			stream->state = XS_OTA_TCP_ENDED;
		return false;
	default:
		return false;
	}
}

/* The end is told once all that came before it was read. */
static bool on_turn(XsOtaChannelSocket *socket)
{
	XsOtaTcpStream *stream = (XsOtaTcpStream *)socket;

	if (stream->state != XS_OTA_TCP_ENDED || stream->received_count > 0)
		return false;
	stream->state = XS_OTA_TCP_FAILED;
	stream->on_failed(stream);
	return true;
}

void xs_ota_tcp_stream_open(XsOtaTcpStream *stream, const char *host, uint16_t port, bool no_delay)
{
	uint8_t payload[XS_OTA_CHANNEL_PAYLOAD_MAX] = { (uint8_t)port, (uint8_t)(port >> 8) };
	size_t length = strlen(host);

	(void)no_delay;	/* the gateway never delays */
	stream->state = XS_OTA_TCP_CONNECTING;
	stream->link.port = port;
	strncpy(stream->link.host, host, sizeof(stream->link.host) - 1);
	stream->link.socket.on_frame = on_frame;
	stream->link.socket.on_turn = on_turn;
	xs_ota_channel_attach(&stream->link.socket);
	if (length > sizeof(payload) - 2) {
		stream->state = XS_OTA_TCP_ENDED;
		return;
	}
	memcpy(payload + 2, host, length);
	xs_ota_channel_send(stream->link.socket.number, XS_OTA_FRAME_OPEN, payload, (uint32_t)length + 2);
}

void xs_ota_tcp_stream_close(XsOtaTcpStream *stream)
{
	if (stream->state < XS_OTA_TCP_ENDED)
		xs_ota_channel_send(stream->link.socket.number, XS_OTA_FRAME_CLOSE, NULL, 0);
	xs_ota_channel_detach(&stream->link.socket);
}

void xs_ota_tcp_stream_read(XsOtaTcpStream *stream, void *into, uint32_t length)
{
	memcpy(into, stream->received, length);
	stream->received_count -= length;
	memmove(stream->received, stream->received + length, stream->received_count);
	stream->link.taken += length;
	if (stream->link.taken >= ROOM_STEP && stream->state == XS_OTA_TCP_CONNECTED) {
		send_room(stream, stream->link.taken);
		stream->link.taken = 0;
	}
}

void xs_ota_tcp_stream_write(XsOtaTcpStream *stream, const void *bytes, uint32_t length)
{
	const uint8_t *from = bytes;

	stream->writable -= length;
	while (length > 0 && stream->state == XS_OTA_TCP_CONNECTED) {
		uint32_t count = length < XS_OTA_CHANNEL_PAYLOAD_MAX ? length : XS_OTA_CHANNEL_PAYLOAD_MAX;

		xs_ota_channel_send(stream->link.socket.number, XS_OTA_FRAME_DATA, from, count);
		from += count;
		length -= count;
	}
}

bool xs_ota_tcp_stream_peer(const XsOtaTcpStream *stream, XsOtaTcpPeer *peer)
{
	memcpy(peer->address, stream->link.host, sizeof(peer->address));
	peer->port = stream->link.port;
	return stream->state == XS_OTA_TCP_CONNECTED;
}
