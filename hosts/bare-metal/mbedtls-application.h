/* SPDX-License-Identifier: MIT
 * Mbed TLS as an application has it: SHA-256, ECDSA on P-256 and RSA with keys of X.509 certificates. */
#ifndef XS_OTA_MBEDTLS_APPLICATION_H
#define XS_OTA_MBEDTLS_APPLICATION_H

#define MBEDTLS_HAVE_ASM
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_BASE64_C
#define MBEDTLS_BIGNUM_C
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_ECP_NO_INTERNAL_RNG	/* nothing secret is computed with */
#define MBEDTLS_ECDSA_C
#define MBEDTLS_MD_C
#define MBEDTLS_OID_C
#define MBEDTLS_PEM_PARSE_C
#define MBEDTLS_PK_C
#define MBEDTLS_PK_PARSE_C
#define MBEDTLS_PKCS1_V15
#define MBEDTLS_RSA_C
#define MBEDTLS_SHA256_C
#define MBEDTLS_X509_USE_C
#define MBEDTLS_X509_CRT_PARSE_C

/* less memory, more time */
#define MBEDTLS_ECP_WINDOW_SIZE 2
#define MBEDTLS_ECP_FIXED_POINT_OPTIM 0
#define MBEDTLS_MPI_MAX_SIZE 384

#include "mbedtls/check_config.h"

#endif
