/* SPDX-License-Identifier: MIT
 * A TCP connection that never blocks, by BSD sockets. */
#include "tcp-stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the run loop is to wake us for. */
static void watch(XsOtaTcpStream *stream)
{
	short events = 0;

	if (stream->state == XS_OTA_TCP_CONNECTED && stream->received_count < XS_OTA_TCP_BUFFER_SIZE)
		events |= POLLIN;
	if (stream->state < XS_OTA_TCP_ENDED && stream->writable < XS_OTA_TCP_BUFFER_SIZE)
		events |= POLLOUT;
	stream->link.poller.events = events;
}

/* A descriptor that poll ignores, and back again: until the stream is closed it must be kept. */
static int hidden(int fd)
{
	return -2 - fd;
}

/* No more will come: what was received can be read, then the run loop reports. */
static void end(XsOtaTcpStream *stream)
{
	if (stream->state >= XS_OTA_TCP_ENDED)
		return;
	stream->state = XS_OTA_TCP_ENDED;
	if (stream->link.poller.fd >= 0)
		stream->link.poller.fd = hidden(stream->link.poller.fd);
	stream->link.poller.due = true;
}

static void report_end(XsOtaTcpStream *stream)
{
	if (stream->received_count > 0)
		return;
	stream->state = XS_OTA_TCP_FAILED;
	stream->on_failed(stream);
}

static bool is_temporary(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

static void flush(XsOtaTcpStream *stream)
{
	ssize_t sent = send(stream->link.poller.fd, stream->link.queued, stream->link.queued_count, MSG_NOSIGNAL);

	if (sent < 0 && !is_temporary(errno))
		end(stream);
	if (sent <= 0)
		return;
	stream->link.queued_count -= (uint32_t)sent;
	memmove(stream->link.queued, stream->link.queued + sent, stream->link.queued_count);
}

static bool is_connected(XsOtaTcpStream *stream)
{
	int error = 0;
	socklen_t size = sizeof(error);

	if (stream->state == XS_OTA_TCP_CONNECTING
			&& getsockopt(stream->link.poller.fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0)
		stream->state = XS_OTA_TCP_CONNECTED;
	return stream->state == XS_OTA_TCP_CONNECTED;
}

static void serve_output(XsOtaTcpStream *stream)
{
	if (!is_connected(stream)) {
		end(stream);
		return;
	}
	if (stream->link.queued_count > 0)
		flush(stream);
	if (stream->link.queued_count > 0 || stream->state != XS_OTA_TCP_CONNECTED)
		return;
	stream->writable = XS_OTA_TCP_BUFFER_SIZE;
	watch(stream);
	stream->on_writable(stream);
}

static void serve_input(XsOtaTcpStream *stream)
{
	ssize_t count = recv(stream->link.poller.fd, stream->received + stream->received_count,
		XS_OTA_TCP_BUFFER_SIZE - stream->received_count, 0);

	if (count > 0) {
		stream->received_count += (uint32_t)count;
		watch(stream);
		stream->on_readable(stream);
	}
	else if (count == 0 || !is_temporary(errno))
		end(stream);
}

static void ready(XsOtaPoller *poller, short events)
{
	XsOtaTcpStream *stream = (XsOtaTcpStream *)poller;

	if (stream->state == XS_OTA_TCP_ENDED) {
		report_end(stream);
		return;
	}
	if (stream->state == XS_OTA_TCP_CONNECTING || (events & POLLOUT)) {
		serve_output(stream);
		if (!xs_ota_poller_is_added(poller))
			return;
	}
	if (stream->state == XS_OTA_TCP_CONNECTED && (events & (POLLIN | POLLHUP | POLLERR)))
		serve_input(stream);
}

static int resolve(const char *host, struct sockaddr_in *address)
{
	const struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	int error = getaddrinfo(host, NULL, &hints, &found);

	if (error)
		return error;
	memcpy(address, found->ai_addr, sizeof(*address));
	freeaddrinfo(found);
	return 0;
}

static int connect_socket(const char *host, uint16_t port, bool no_delay)
{
	struct sockaddr_in address;
	int fd, on = no_delay;

	if (resolve(host, &address) != 0)
		return -1;
	address.sin_port = htons(port);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 || errno == EINPROGRESS)
		return fd;
	close(fd);
	return -1;
}

void xs_ota_tcp_stream_open(XsOtaTcpStream *stream, const char *host, uint16_t port, bool no_delay)
{
	stream->state = XS_OTA_TCP_CONNECTING;
	stream->link.poller.ready = ready;
	stream->link.poller.fd = connect_socket(host, port, no_delay);
	watch(stream);
	if (stream->link.poller.fd < 0)
		end(stream);
	xs_ota_poller_add(&stream->link.poller);
}

void xs_ota_tcp_stream_close(XsOtaTcpStream *stream)
{
	int fd = stream->link.poller.fd;

	xs_ota_poller_remove(&stream->link.poller);
	if (fd < -1)
		fd = hidden(fd);
	if (fd >= 0)
		close(fd);
}

void xs_ota_tcp_stream_read(XsOtaTcpStream *stream, void *into, uint32_t length)
{
	memcpy(into, stream->received, length);
	stream->received_count -= length;
	memmove(stream->received, stream->received + length, stream->received_count);
	watch(stream);
	if (stream->state == XS_OTA_TCP_ENDED)
		stream->link.poller.due = true;
}

void xs_ota_tcp_stream_write(XsOtaTcpStream *stream, const void *bytes, uint32_t length)
{
	memcpy(stream->link.queued + stream->link.queued_count, bytes, length);
	stream->link.queued_count += length;
	stream->writable -= length;
	if (stream->state == XS_OTA_TCP_CONNECTED)
		flush(stream);
	watch(stream);
}

bool xs_ota_tcp_stream_peer(const XsOtaTcpStream *stream, XsOtaTcpPeer *peer)
{
	struct sockaddr_in address;
	socklen_t size = sizeof(address);

	if (stream->link.poller.fd < 0 || getpeername(stream->link.poller.fd, (struct sockaddr *)&address, &size) != 0)
		return false;
	peer->port = ntohs(address.sin_port);
	return inet_ntop(AF_INET, &address.sin_addr, peer->address, sizeof(peer->address)) != NULL;
}
