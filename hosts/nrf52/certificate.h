/* SPDX-License-Identifier: MIT
 * The public key in an X.509 certificate, for a machine that has no X.509. Knows nothing of XS, nor of a chip.
 * Nothing else of the certificate is looked at: provisioning has put it on the device, so it is trusted. */
#ifndef OTA_CERTIFICATE_H
#define OTA_CERTIFICATE_H

#include "signature.h"

/* Points into the certificate; numbers are big-endian. One of the two is there. */
typedef struct OtaCertificateKey {
	OtaBytes point;	/* on P-256: x and y, 64 bytes */
	OtaBytes modulus;	/* of RSA: without leading zeros */
	OtaBytes exponent;
} OtaCertificateKey;

/* False unless `der` begins with a certificate whose key is on P-256 or an RSA key. Source: RFC 5280 4.1; RFC 3279 2.3. */
bool ota_certificate_read_key(OtaBytes der, OtaCertificateKey *key);

/*
 * Decodes the first certificate of a PEM text; DER is copied. Returns the number of bytes, at most
 * certificate.length, or 0 when it is neither. Source: RFC 7468.
 */
uint32_t ota_certificate_decode(OtaBytes certificate, uint8_t *der);

#endif
