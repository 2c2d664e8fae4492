/* SPDX-License-Identifier: MIT
 *
 * A hostile certificate, PEM or DER, with a hostile signature. Input: the scheme (1 byte), the length of the
 * signature (1 byte), the signature, the certificate. A good verdict would be a forgery.
 */
#include "signature.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t digest[32] = { 1 };
	if (size < 2 || data[1] > size - 2)
		return 0;
	size_t length = size - 2 - data[1];
	uint8_t *certificate = malloc(length + 1);
	if (!certificate)
		return 0;
	memcpy(certificate, data + 2 + data[1], length);
	ota_signature_verify(data[0] & 1, (OtaBytes){ certificate, (uint32_t)length },
		(OtaBytes){ digest, sizeof digest }, (OtaBytes){ data + 2, data[1] });
	free(certificate);
	return 0;
}
