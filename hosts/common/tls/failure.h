/* SPDX-License-Identifier: MIT
 * Why a TLS connection failed, in words that an operator can act on. */
#ifndef OTA_TLS_FAILURE_H
#define OTA_TLS_FAILURE_H

#include <mbedtls/x509_crt.h>
#include <stddef.h>
#include <stdint.h>

/* What is wrong with a certificate that the server showed; `flags` are MBEDTLS_X509_BADCERT_x. */
void ota_tls_describe_certificate(char *text, size_t size, const mbedtls_x509_crt *certificate, uint32_t flags,
	const char *server_name);

/* What an alert of the server means. */
void ota_tls_describe_alert(char *text, size_t size, uint8_t alert);

/* What an error of Mbed TLS means. */
void ota_tls_describe_error(char *text, size_t size, int error);

#endif
