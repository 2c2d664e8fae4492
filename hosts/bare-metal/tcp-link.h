/* SPDX-License-Identifier: MIT
 * What a TCP stream is on a board: a socket of the gateway's, at the other end of the byte channel. */
#ifndef XS_OTA_TCP_LINK_H
#define XS_OTA_TCP_LINK_H

#include "channel.h"

enum { XS_OTA_TCP_BUFFER_SIZE = 2048 };

typedef struct XsOtaTcpLink {
	XsOtaChannelSocket socket;	/* first: a socket's address is its stream's */
	char host[16];	/* as it was asked for; names are cut */
	uint16_t port;
	uint32_t taken;	/* read since the gateway was last told that there is room */
} XsOtaTcpLink;

#endif
