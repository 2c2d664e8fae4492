/* SPDX-License-Identifier: MIT
 * SHA-256 and signatures: the C half of crypto.ts, over sha256.h and signature.h. */
#include "xsmc.h"

#include "sha256.h"
#include "signature.h"

void xs_otasha256_destructor(void *data)
{
	if (data)
		ota_sha256_close(data);
}

static void check(xsMachine *the, bool fine)
{
	if (!fine)
		xsUnknownError("SHA-256 failed");
}

void xs_otasha256(xsMachine *the)
{
	OtaSha256 *sha256 = ota_sha256_open();

	check(the, sha256 != NULL);
	xsmcSetHostData(xsThis, sha256);
}

void xs_otasha256_update(xsMachine *the)
{
	OtaSha256 *sha256 = xsmcGetHostDataValidate(xsThis, xs_otasha256_destructor);
	xsUnsignedValue length;
	void *bytes;

	xsmcGetBufferReadable(xsArg(0), &bytes, &length);
	check(the, ota_sha256_update(sha256, bytes, length));
}

/* returns the digest as an ArrayBuffer */
void xs_otasha256_digest(xsMachine *the)
{
	OtaSha256 *sha256 = xsmcGetHostDataValidate(xsThis, xs_otasha256_destructor);
	uint8_t digest[OTA_SHA256_SIZE];

	check(the, ota_sha256_digest(sha256, digest));
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
