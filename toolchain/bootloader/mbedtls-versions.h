/* SPDX-License-Identifier: MIT
 * What Mbed TLS 3.6 calls otherwise than 2.28. Before any of its headers. */
#ifndef OTA_MBEDTLS_VERSIONS_H
#define OTA_MBEDTLS_VERSIONS_H

/* A key's curve and its point: without them r and s could not be checked before they are used. */
#define MBEDTLS_ALLOW_PRIVATE_ACCESS

#include <mbedtls/version.h>

#if MBEDTLS_VERSION_MAJOR >= 3
#define mbedtls_sha256_ret mbedtls_sha256
#define mbedtls_sha256_starts_ret mbedtls_sha256_starts
#define mbedtls_sha256_update_ret mbedtls_sha256_update
#define mbedtls_sha256_finish_ret mbedtls_sha256_finish
#endif

#endif
