/* SPDX-License-Identifier: MIT
 * TCP client sockets: the C half of tcp.ts. Callbacks come from the run loop only, never from inside a call. */
#include "xsmc.h"
#include "mc.xs.h"

#include "machine.h"
#include "tcp-stream.h"

#include <stdlib.h>
#include <string.h>

enum { HOST_SIZE = 256 };

typedef struct OtaTcpRecord {
	XsOtaTcpStream stream;	/* first: a stream's address is its record's */
	xsMachine *the;
	xsSlot self;	/* remembered until it is closed */
	xsSlot *on_readable;	/* NULL: none */
	xsSlot *on_writable;
	xsSlot *on_error;
	bool is_number;	/* the format */
} OtaTcpRecord;

static void mark(xsMachine *the, void *data, xsMarkRoot mark_root)
{
	OtaTcpRecord *tcp = data;

	if (!tcp)
		return;
	if (tcp->on_readable)
		(*mark_root)(the, tcp->on_readable);
	if (tcp->on_writable)
		(*mark_root)(the, tcp->on_writable);
	if (tcp->on_error)
		(*mark_root)(the, tcp->on_error);
}

void xs_tcp_destructor(void *data)
{
	OtaTcpRecord *tcp = data;

	if (tcp) {
		xs_ota_tcp_stream_close(&tcp->stream);
		free(tcp);
	}
}

static const xsHostHooks hooks = { xs_tcp_destructor, mark, NULL };

static OtaTcpRecord *record(xsMachine *the)
{
	OtaTcpRecord *tcp = xsmcGetHostDataValidate(xsThis, (void *)&hooks);

	if (!tcp)
		xsUnknownError("closed");
	return tcp;
}

/* Calls the script back; `count` 0 stands for no argument. Afterwards the record may be gone. */
static void call_back(OtaTcpRecord *tcp, xsSlot *callback, uint32_t count)
{
	xsMachine *machine = tcp->the;

	if (!callback)
		return;
	xsBeginHost(machine);
	{
		xsmcVars(2);
		xsVar(0) = xsAccess(tcp->self);
		xsmcSetInteger(xsVar(1), (xsIntegerValue)count);
		if (count)
			xsCallFunction1(xsReference(callback), xsVar(0), xsVar(1));
		else
			xsCallFunction0(xsReference(callback), xsVar(0));
	}
	xsEndHost(machine);
	xs_ota_machine_settle(machine);
}

static void on_readable(XsOtaTcpStream *stream)
{
	OtaTcpRecord *tcp = (OtaTcpRecord *)stream;

	call_back(tcp, tcp->on_readable, stream->received_count);
}

static void on_writable(XsOtaTcpStream *stream)
{
	OtaTcpRecord *tcp = (OtaTcpRecord *)stream;

	call_back(tcp, tcp->on_writable, stream->writable);
}

static void on_failed(XsOtaTcpStream *stream)
{
	OtaTcpRecord *tcp = (OtaTcpRecord *)stream;

	call_back(tcp, tcp->on_error, 0);
}

static xsSlot *get_callback(xsMachine *the, xsIdentifier id)
{
	xsmcGet(xsVar(0), xsArg(0), id);
	if (xsmcTypeOf(xsVar(0)) == xsUndefinedType)
		return NULL;
	if (!xsmcIsCallable(xsVar(0)))
		xsTypeError("a callback is not a function");
	return fxToReference(the, &xsVar(0));
}

static bool get_format(xsMachine *the, xsSlot *slot)
{
	const char *format = fxToString(the, slot);

	if (strcmp(format, "number") != 0 && strcmp(format, "buffer") != 0)
		xsRangeError("unimplemented format");
	return strcmp(format, "number") == 0;
}

static uint16_t get_port(xsMachine *the)
{
	xsNumberValue port;

	xsmcGet(xsVar(0), xsArg(0), xsID_port);
	port = xsmcToNumber(xsVar(0));
	if (!(port >= 0 && port <= UINT16_MAX))
		xsRangeError("invalid port");
	return (uint16_t)port;
}

static void get_host(xsMachine *the, char *host)
{
	xsmcGet(xsVar(0), xsArg(0), xsmcHas(xsArg(0), xsID_address) ? xsID_address : xsID_host);
	if (xsmcTypeOf(xsVar(0)) == xsUndefinedType)
		xsUnknownError("no address");
	xsmcToStringBuffer(xsVar(0), host, HOST_SIZE);
}

static bool get_no_delay(xsMachine *the)
{
	xsmcGet(xsVar(0), xsArg(0), xsID_nodelay);
	return xsmcTypeOf(xsVar(0)) == xsUndefinedType || xsmcToBoolean(xsVar(0));
}

/* Reads every option before anything is made: options may throw. */
void xs_tcp(xsMachine *the)
{
	OtaTcpRecord options = { .stream = { .on_readable = on_readable, .on_writable = on_writable, .on_failed = on_failed } };
	OtaTcpRecord *tcp;
	char host[HOST_SIZE];
	uint16_t port;
	bool no_delay;

	xsmcVars(1);
	get_host(the, host);
	port = get_port(the);
	no_delay = get_no_delay(the);
	xsmcGet(xsVar(0), xsArg(0), xsID_format);
	options.is_number = xsmcTypeOf(xsVar(0)) != xsUndefinedType && get_format(the, &xsVar(0));
	xsmcGet(xsVar(0), xsArg(0), xsID_target);
	if (xsmcTypeOf(xsVar(0)) != xsUndefinedType)
		xsmcDefine(xsThis, xsID_target, xsVar(0), xsDefault);
	options.on_readable = get_callback(the, xsID_onReadable);
	options.on_writable = get_callback(the, xsID_onWritable);
	options.on_error = get_callback(the, xsID_onError);
	options.the = the;
	options.self = xsThis;
	tcp = malloc(sizeof(*tcp));
	if (!tcp)
		xsUnknownError("no memory for a socket");
	*tcp = options;
	xsRemember(tcp->self);
	xsmcSetHostData(xsThis, tcp);
	xsSetHostHooks(xsThis, &hooks);
	xs_ota_tcp_stream_open(&tcp->stream, host, port, no_delay);
}

void xs_tcp_close(xsMachine *the)
{
	OtaTcpRecord *tcp = xsmcGetHostData(xsThis);

	if (!tcp)
		return;
	record(the);
	xsForget(tcp->self);
	xsmcSetHostData(xsThis, NULL);
	xs_tcp_destructor(tcp);
}

static void read_number(xsMachine *the, OtaTcpRecord *tcp)
{
	uint8_t value;

	xs_ota_tcp_stream_read(&tcp->stream, &value, 1);
	xsmcSetInteger(xsResult, value);
}

/* read(), read(byteLength), read(buffer) */
void xs_tcp_read(xsMachine *the)
{
	OtaTcpRecord *tcp = record(the);
	xsUnsignedValue length = tcp->stream.received_count;
	xsUnsignedValue wanted = length;
	void *bytes = NULL;

	if (length == 0)
		return;
	if (tcp->is_number) {
		read_number(the, tcp);
		return;
	}
	if (xsmcTypeOf(xsArg(0)) == xsReferenceType)
		xsmcGetBufferWritable(xsArg(0), &bytes, &wanted);
	else if (xsmcTypeOf(xsArg(0)) != xsUndefinedType)
		wanted = (xsUnsignedValue)xsmcToInteger(xsArg(0));
	if (wanted < length)
		length = wanted;
	if (bytes)
		xsmcSetInteger(xsResult, (xsIntegerValue)length);
	else
		bytes = xsmcSetArrayBuffer(xsResult, NULL, (xsIntegerValue)length);
	xs_ota_tcp_stream_read(&tcp->stream, bytes, length);
}

void xs_tcp_write(xsMachine *the)
{
	OtaTcpRecord *tcp = record(the);
	xsUnsignedValue length = 1;
	void *bytes;
	uint8_t value;

	if (tcp->is_number) {
		value = (uint8_t)xsmcToInteger(xsArg(0));
		bytes = &value;
	}
	else
		xsmcGetBufferReadable(xsArg(0), &bytes, &length);
	if (length > tcp->stream.writable)
		xsUnknownError("would block");
	xs_ota_tcp_stream_write(&tcp->stream, bytes, length);
	xsmcSetInteger(xsResult, (xsIntegerValue)tcp->stream.writable);
}

void xs_tcp_get_remoteAddress(xsMachine *the)
{
	XsOtaTcpPeer peer;

	if (xs_ota_tcp_stream_peer(&record(the)->stream, &peer))
		xsmcSetString(xsResult, peer.address);
}

void xs_tcp_get_remotePort(xsMachine *the)
{
	XsOtaTcpPeer peer;

	if (xs_ota_tcp_stream_peer(&record(the)->stream, &peer))
		xsmcSetInteger(xsResult, peer.port);
}

void xs_tcp_get_format(xsMachine *the)
{
	xsmcSetString(xsResult, (xsStringValue)(record(the)->is_number ? "number" : "buffer"));
}

void xs_tcp_set_format(xsMachine *the)
{
	record(the)->is_number = get_format(the, &xsArg(0));
}
