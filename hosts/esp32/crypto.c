/* SPDX-License-Identifier: MIT
 * SHA-256 and signatures by ESP-IDF's PSA crypto: the C half of hosts/common/crypto.ts. PSA uses the chip's SHA and
 * big-number units. Sources: PSA Certified Crypto API 1.2; Mbed TLS 4.0 pk.h, x509_crt.h. */
#include "xsmc.h"

#include "psa.h"
#include "signature.h"

#include <stdlib.h>

enum { DIGEST_SIZE = 32 };

void xs_otasha256_destructor(void *data)
{
	if (data) {
		psa_hash_abort(data);
		free(data);
	}
}

static void check(xsMachine *the, psa_status_t status)
{
	if (status != PSA_SUCCESS)
		xsUnknownError("SHA-256 failed (%d)", (int)status);
}

void xs_otasha256(xsMachine *the)
{
	psa_hash_operation_t *operation = calloc(1, sizeof(*operation));

	if (!operation)
		xsUnknownError("no memory for SHA-256");
	xsmcSetHostData(xsThis, operation);
	check(the, psa_crypto_init());
	check(the, psa_hash_setup(operation, PSA_ALG_SHA_256));
}

void xs_otasha256_update(xsMachine *the)
{
	psa_hash_operation_t *operation = xsmcGetHostDataValidate(xsThis, xs_otasha256_destructor);
	xsUnsignedValue length;
	void *bytes;

	xsmcGetBufferReadable(xsArg(0), &bytes, &length);
	check(the, psa_hash_update(operation, bytes, length));
}

/* returns the digest as an ArrayBuffer */
void xs_otasha256_digest(xsMachine *the)
{
	psa_hash_operation_t *operation = xsmcGetHostDataValidate(xsThis, xs_otasha256_destructor);
	unsigned char digest[DIGEST_SIZE];
	size_t length;

	check(the, psa_hash_finish(operation, digest, sizeof(digest), &length));
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
