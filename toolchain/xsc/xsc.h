/* SPDX-License-Identifier: MIT
 * The bytecode compiler: ES modules in, one bundle out. The format: docs/flash-format.md. */
#ifndef XSC_H
#define XSC_H

#include "xsScript.h"

/* Compiles one module. Returns NULL after reporting every error as "path:line: error: text". */
txScript *xsc_compile(const char *path);

/* Writes the bundle of `count` modules, each given as "name=path", to the stream.
 * Returns how many modules did not compile; the stream is of no use unless it is 0. */
int xsc_write_bundle(FILE *stream, char **modules, int count);

#endif
