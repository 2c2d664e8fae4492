/* SPDX-License-Identifier: MIT
 *
 * The byte channel: sockets over one line, through a gateway on the other side, as an nRF52 reaches the world
 * through a modem. docs/byte-channel.md has the frames.
 */
#ifndef XS_OTA_CHANNEL_H
#define XS_OTA_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

/* The largest payload of a frame: what COBS encodes with one byte of overhead, less type and socket. */
enum { XS_OTA_CHANNEL_PAYLOAD_MAX = 252 };

typedef enum XsOtaFrameType {
	XS_OTA_FRAME_RESET,	/* this side starts anew; the gateway answers with the same payload */
	XS_OTA_FRAME_OPEN,	/* port u16, host; answered by ROOM, or by CLOSE */
	XS_OTA_FRAME_DATA,
	XS_OTA_FRAME_ROOM,	/* u16: so many more bytes may be sent */
	XS_OTA_FRAME_CLOSE
} XsOtaFrameType;

/* A socket of the channel, in the list from attach to detach. */
typedef struct XsOtaChannelSocket {
	struct XsOtaChannelSocket *next;
	uint8_t number;
	/* A frame for this socket, from xs_ota_channel_serve only; it may detach the socket, but
	 * not at CLOSE, at which no JavaScript runs. True when JavaScript ran. */
	bool (*on_frame)(struct XsOtaChannelSocket *socket, XsOtaFrameType type, const uint8_t *payload, uint32_t length);
	/* Work that is due without a frame: true when JavaScript ran. */
	bool (*on_turn)(struct XsOtaChannelSocket *socket);
} XsOtaChannelSocket;

/* Tells the gateway that the device has started: it closes what an earlier start left open. */
void xs_ota_channel_open(void);

/* Reads what has come, until a socket has done something that the run loop must know. True then. */
bool xs_ota_channel_serve(void);

/* Gives a socket a number of its own. */
void xs_ota_channel_attach(XsOtaChannelSocket *socket);
void xs_ota_channel_detach(XsOtaChannelSocket *socket);

/* Sends a frame; waits while the line is busy. At most XS_OTA_CHANNEL_PAYLOAD_MAX bytes. */
void xs_ota_channel_send(uint8_t number, XsOtaFrameType type, const void *payload, uint32_t length);

#endif
