/* SPDX-License-Identifier: MIT
 * A TCP connection that never blocks, with a buffer for what was received: what a host with TCP implements for tcp.c.
 * Knows nothing of XS. */
#ifndef XS_OTA_TCP_STREAM_H
#define XS_OTA_TCP_STREAM_H

#include "tcp-link.h"	/* the host's: XsOtaTcpLink, and XS_OTA_TCP_BUFFER_SIZE */

#include <stdbool.h>
#include <stdint.h>

typedef enum XsOtaTcpState {
	XS_OTA_TCP_CONNECTING,
	XS_OTA_TCP_CONNECTED,
	XS_OTA_TCP_ENDED,	/* no more will come; what was received can still be read */
	XS_OTA_TCP_FAILED	/* reported */
} XsOtaTcpState;

typedef struct XsOtaTcpStream {
	XsOtaTcpLink link;	/* first: a link's address is its stream's */
	XsOtaTcpState state;
	uint8_t received[XS_OTA_TCP_BUFFER_SIZE];
	uint32_t received_count;
	uint32_t writable;	/* what may be written before the next on_writable */
	/* Called from the run loop only. Each may close the stream; on_failed is called once, and last. */
	void (*on_readable)(struct XsOtaTcpStream *stream);
	void (*on_writable)(struct XsOtaTcpStream *stream);
	void (*on_failed)(struct XsOtaTcpStream *stream);
} XsOtaTcpStream;

/* Starts to connect to an IPv4 address or a name; resolving a name may block. A failure is reported later. */
void xs_ota_tcp_stream_open(XsOtaTcpStream *stream, const char *host, uint16_t port, bool no_delay);
void xs_ota_tcp_stream_close(XsOtaTcpStream *stream);

/* Takes received bytes, at most received_count. */
void xs_ota_tcp_stream_read(XsOtaTcpStream *stream, void *into, uint32_t length);

/* Queues or sends bytes, at most `writable`. */
void xs_ota_tcp_stream_write(XsOtaTcpStream *stream, const void *bytes, uint32_t length);

typedef struct XsOtaTcpPeer {
	char address[16];	/* IPv4, as text */
	uint16_t port;
} XsOtaTcpPeer;

/* Who is at the other end. False when nobody is. */
bool xs_ota_tcp_stream_peer(const XsOtaTcpStream *stream, XsOtaTcpPeer *peer);

#endif
