/* SPDX-License-Identifier: MIT
 * SHA-256 and signatures by Mbed TLS: the C half of crypto.ts. */
#include "xsmc.h"

#include "signature.h"

#include <mbedtls/sha256.h>
#include <stdlib.h>

enum { DIGEST_SIZE = 32 };

void xs_otasha256_destructor(void *data)
{
	if (data) {
		mbedtls_sha256_free(data);
		free(data);
	}
}

static void check(xsMachine *the, int error)
{
	if (error)
		xsUnknownError("SHA-256 failed (-0x%04x)", -error);
}

void xs_otasha256(xsMachine *the)
{
	mbedtls_sha256_context *context = malloc(sizeof(*context));

	if (!context)
		xsUnknownError("no memory for SHA-256");
	mbedtls_sha256_init(context);
	xsmcSetHostData(xsThis, context);
	check(the, mbedtls_sha256_starts_ret(context, 0));
}

void xs_otasha256_update(xsMachine *the)
{
	mbedtls_sha256_context *context = xsmcGetHostDataValidate(xsThis, xs_otasha256_destructor);
	xsUnsignedValue length;
	void *bytes;

	xsmcGetBufferReadable(xsArg(0), &bytes, &length);
	check(the, mbedtls_sha256_update_ret(context, bytes, length));
}

/* returns the digest as an ArrayBuffer */
void xs_otasha256_digest(xsMachine *the)
{
	mbedtls_sha256_context *context = xsmcGetHostDataValidate(xsThis, xs_otasha256_destructor);
	unsigned char digest[DIGEST_SIZE];

	check(the, mbedtls_sha256_finish_ret(context, digest));
	xsmcSetArrayBuffer(xsResult, digest, sizeof(digest));
}

/* (isEcdsa, certificate, digest, signature): returns an OtaVerdict */
void xs_otacrypto_verify(xsMachine *the)
{
	OtaBytes certificate, digest, signature;
	bool is_ecdsa = xsmcToBoolean(xsArg(0));

	xsmcGetBufferReadable(xsArg(1), (void **)&certificate.bytes, &certificate.length);
	xsmcGetBufferReadable(xsArg(2), (void **)&digest.bytes, &digest.length);
	xsmcGetBufferReadable(xsArg(3), (void **)&signature.bytes, &signature.length);
	xsmcSetInteger(xsResult, ota_signature_verify(is_ecdsa, certificate, digest, signature));
}
