/* SPDX-License-Identifier: MIT
 * Modules out of a bytecode bundle. The format: docs/flash-format.md, "Body on Linux: bytecode bundle". */
#ifndef XS_OTA_LOADER_H
#define XS_OTA_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Takes a bundle into use. The bytes must be writable, for the code is linked and run in place, and outlive
 * the machine. They must be authentic as well: bounds are checked here, but XS does not verify bytecode.
 * Returns NULL, or what is wrong with the bundle.
 */
const char *xs_ota_loader_open(uint8_t *bytes, size_t size);

/* The name of the application's main module: the first of the bundle. */
const char *xs_ota_loader_main(void);

#endif
