/* SPDX-License-Identifier: MIT
 * X.509 by Mbed TLS, of the versions 2.28 to 4.0. */
#ifndef OTA_CERTIFICATE_MBEDTLS_H
#define OTA_CERTIFICATE_MBEDTLS_H

#include "signature.h"

#ifdef ESP_PLATFORM
#include "psa.h"	/* with the configuration of ESP-IDF */
#else
#include <mbedtls/x509_crt.h>
#endif

/* PEM or DER. Free `parsed` in either case. */
bool ota_certificate_parse(mbedtls_x509_crt *parsed, OtaBytes certificate);

#endif
