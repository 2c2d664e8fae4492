/* SPDX-License-Identifier: MIT
 * Modules out of a bytecode bundle. The format: docs/flash-format.md, "Bytecode bundle". */
#ifndef XS_OTA_LOADER_H
#define XS_OTA_LOADER_H

#include "xs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Takes a bundle into use. The bytes must outlive the machine, for the code runs in place, and be writable
 * unless the bundle was linked beforehand. They must be authentic as well: bounds are checked here, but XS does
 * not verify bytecode.
 * Returns NULL, or what is wrong with the bundle.
 */
const char *xs_ota_loader_open(uint8_t *bytes, size_t size);

/*
 * Gives a new machine the names of a bundle that was linked beforehand; nothing else may have given it any.
 * False when the bundle was linked for another engine.
 */
bool xs_ota_loader_link(xsMachine *machine);

/* The name of the application's main module: the first of the bundle. */
const char *xs_ota_loader_main(void);

#endif
