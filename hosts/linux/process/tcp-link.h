/* SPDX-License-Identifier: MIT
 * What a TCP stream is on Linux: a socket, and what it could not take yet. */
#ifndef XS_OTA_TCP_LINK_H
#define XS_OTA_TCP_LINK_H

#include "poller.h"

#include <stdint.h>

enum { XS_OTA_TCP_BUFFER_SIZE = 16384 };

typedef struct XsOtaTcpLink {
	XsOtaPoller poller;	/* first: a poller's address is its stream's */
	uint8_t queued[XS_OTA_TCP_BUFFER_SIZE];
	uint32_t queued_count;
} XsOtaTcpLink;

#endif
