/* SPDX-License-Identifier: MIT
 *
 * The three functions of libc that the core uses; there is no libc for wasm32 in the compiler's package.
 */
#ifndef OTA_WASM_STRING_H
#define OTA_WASM_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t length);
void *memset(void *at, int byte, size_t length);
int memcmp(const void *left, const void *right, size_t length);

#endif
