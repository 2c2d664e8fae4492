/* SPDX-License-Identifier: MIT
 * PSA crypto and X.509 as ESP-IDF builds them. The SDK's makefile does not pass on ESP-IDF's configuration of them, on
 * which the sizes of their structures depend. Source: ESP-IDF v6.0 components/mbedtls/CMakeLists.txt. */
#ifndef OTA_PSA_H
#define OTA_PSA_H

#ifndef MBEDTLS_CONFIG_FILE
#define MBEDTLS_CONFIG_FILE "mbedtls/esp_config.h"
#endif
#ifndef TF_PSA_CRYPTO_USER_CONFIG_FILE
#define TF_PSA_CRYPTO_USER_CONFIG_FILE "mbedtls/esp_config.h"
#endif

#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>

#endif
