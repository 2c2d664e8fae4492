/* SPDX-License-Identifier: MIT
 * The C half of engine.ts. */
#include "xsmc.h"

#include "session.h"

#include <stdlib.h>

void xs_otatls_destructor(void *data)
{
	if (data) {
		ota_tls_close(data);
		free(data);
	}
}

static OtaTlsSession *session(xsMachine *the)
{
	return xsmcGetHostDataValidate(xsThis, xs_otatls_destructor);
}

/* (): an idle session, for the options */
void xs_otatls(xsMachine *the)
{
	OtaTlsSession *opened = malloc(sizeof(*opened));

	if (!opened)
		xsUnknownError("no memory for TLS");
	ota_tls_init(opened);
	xsmcSetHostData(xsThis, opened);
}

static void check(xsMachine *the, bool is_fine)
{
	if (!is_fine)
		xsUnknownError("tls: %s", session(the)->problem);
}

static OtaBytes get_bytes(xsMachine *the, xsSlot *slot)
{
	OtaBytes bytes;

	xsmcGetBufferReadable(*slot, (void **)&bytes.bytes, &bytes.length);
	return bytes;
}

void xs_otatls_trust(xsMachine *the)
{
	check(the, ota_tls_trust(session(the), get_bytes(the, &xsArg(0))));
}

void xs_otatls_addCertificate(xsMachine *the)
{
	check(the, ota_tls_add_certificate(session(the), get_bytes(the, &xsArg(0))));
}

void xs_otatls_setKey(xsMachine *the)
{
	check(the, ota_tls_set_key(session(the), get_bytes(the, &xsArg(0))));
}

void xs_otatls_setServer(xsMachine *the)
{
	check(the, ota_tls_set_server(session(the), xsmcToString(xsArg(0))));
}

void xs_otatls_setProtocol(xsMachine *the)
{
	check(the, ota_tls_set_protocol(session(the), xsmcToString(xsArg(0))));
}

void xs_otatls_open(xsMachine *the)
{
	check(the, ota_tls_open(session(the)));
}

/* returns an OtaTlsOutcome */
void xs_otatls_step(xsMachine *the)
{
	xsmcSetInteger(xsResult, ota_tls_step(session(the)));
}

void xs_otatls_get_problem(xsMachine *the)
{
	xsmcSetString(xsResult, session(the)->problem);
}

void xs_otatls_feed(xsMachine *the)
{
	OtaBytes bytes = get_bytes(the, &xsArg(0));

	if (bytes.length > OTA_TLS_CHUNK_SIZE || !ota_tls_is_hungry(session(the)))
		xsUnknownError("tls: fed too much");
	ota_tls_feed(session(the), bytes.bytes, bytes.length);
}

static void move_out(xsMachine *the, uint32_t (*move)(OtaTlsSession *, void *, uint32_t))
{
	xsUnsignedValue length;
	void *into;

	xsmcGetBufferWritable(xsArg(0), &into, &length);
	xsmcSetInteger(xsResult, (xsIntegerValue)move(session(the), into, length));
}

void xs_otatls_give(xsMachine *the)
{
	move_out(the, ota_tls_give);
}

void xs_otatls_get_readable(xsMachine *the)
{
	xsmcSetInteger(xsResult, (xsIntegerValue)ota_tls_readable(session(the)));
}

void xs_otatls_read(xsMachine *the)
{
	move_out(the, ota_tls_read);
}

void xs_otatls_write(xsMachine *the)
{
	OtaBytes bytes = get_bytes(the, &xsArg(0));

	xsmcSetInteger(xsResult, (xsIntegerValue)ota_tls_write(session(the), bytes.bytes, bytes.length));
}

void xs_otatls_get_recordSize(xsMachine *the)
{
	xsmcSetInteger(xsResult, (xsIntegerValue)ota_tls_record_size(session(the)));
}

void xs_otatls_get_recordOverhead(xsMachine *the)
{
	xsmcSetInteger(xsResult, (xsIntegerValue)ota_tls_record_overhead(session(the)));
}

void xs_otatls_get_isJudged(xsMachine *the)
{
	xsmcSetBoolean(xsResult, ota_tls_is_judged(session(the)));
}

void xs_otatls_end(xsMachine *the)
{
	ota_tls_end(session(the));
}

/* Frees it at once, not when the collector comes by. */
void xs_otatls_close(xsMachine *the)
{
	OtaTlsSession *closed = session(the);

	xsmcSetHostData(xsThis, NULL);
	xs_otatls_destructor(closed);
}
