/* SPDX-License-Identifier: MIT
 * What a server's certificates must show beyond what Mbed TLS looks at by itself. */
#ifndef OTA_TLS_PEER_H
#define OTA_TLS_PEER_H

#include "session.h"

/* Mbed TLS's callback for each certificate of the chain, the server's own (depth 0) last; `context` is the session. Adds
 * to `flags` what is wrong, and keeps in `problem` what is wrong with the first bad one. */
int ota_tls_check_certificate(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags);

#endif
