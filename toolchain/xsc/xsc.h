/* SPDX-License-Identifier: MIT
 * The bytecode compiler: ES modules in, one bundle out. The formats: docs/flash-format.md. */
#ifndef XSC_H
#define XSC_H

#include "xsScript.h"

#include <stdbool.h>

typedef struct xscModule {
	const char *name;
	txScript *script;
} xscModule;

/* Compiles one module. Returns NULL after reporting every error as "path:line: error: text". */
txScript *xsc_compile(const char *path);

/* Parts of a bundle; numbers are little-endian. */
void xsc_write_u32(FILE *stream, txU4 value);
void xsc_write_header(FILE *stream, char kind, int count);
void xsc_write_module(FILE *stream, const xscModule *module);

/* Writes a bundle that the device links when it loads a module. */
void xsc_write_bundle(FILE *stream, const xscModule *modules, int count);

/* Writes a bundle that runs from flash as it is; `prepared` modules after the first are to be evaluated beforehand.
 * Changes the scripts. */
void xsc_write_linked(FILE *stream, const xscModule *modules, int count, int prepared);

#endif
