/* SPDX-License-Identifier: MIT
 * The modules in a bytecode bundle. The format: docs/flash-format.md, "Bytecode bundle". */
#ifndef XS_OTA_BUNDLE_H
#define XS_OTA_BUNDLE_H

#include "xs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A module as the bundle holds it; in a linked bundle it has no symbols. */
typedef struct XsOtaModule {
	const char *name;
	int8_t *symbols;
	int8_t *code;
	uint32_t symbols_size;
	uint32_t code_size;
} XsOtaModule;

/*
 * Takes a bundle into use. The bytes must outlive the machine, for the code runs in place, and be writable
 * unless the bundle was linked beforehand. They must be authentic as well: bounds are checked here, but XS does
 * not verify bytecode.
 * Returns NULL, or what is wrong with the bundle.
 */
const char *xs_ota_bundle_open(uint8_t *bytes, size_t size);

/* True when the code has ids already: the bundle was linked beforehand. */
bool xs_ota_bundle_is_linked(void);

/*
 * Gives a new machine the names of a bundle that was linked beforehand; nothing else may have given it any.
 * False when the bundle was linked for another engine.
 */
bool xs_ota_bundle_intern(xsMachine *machine);

/* The name of the application's main module: the first of the bundle. */
const char *xs_ota_bundle_main(void);

/* How many modules are evaluated when a machine is prepared: the last ones, in this order. */
uint32_t xs_ota_bundle_prepared_count(void);

/* Bytes of the bundle without these. It may be opened with this size, too: a prepared machine has what they made. */
size_t xs_ota_bundle_kept_size(void);

/* The module of that number, from 0, of those that are here; false when there are not so many. */
bool xs_ota_bundle_here_at(uint32_t number, XsOtaModule *module);

/* Says where these are while a machine is prepared from a bundle without them. */
void xs_ota_bundle_lend(const uint8_t *modules, size_t size);

/* Whether an address is within them. */
bool xs_ota_bundle_lends(const void *address);

/* The one of that number, from 0; there must be one. */
void xs_ota_bundle_lent_at(uint32_t number, XsOtaModule *module);

/* False when there is no module of that name, here or lent. */
bool xs_ota_bundle_find(const char *name, XsOtaModule *module);

#endif
