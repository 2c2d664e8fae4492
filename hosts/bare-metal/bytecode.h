/* SPDX-License-Identifier: MIT
 * Reads bytecode, as far as a machine is prepared by it. */
#ifndef XS_OTA_BYTECODE_H
#define XS_OTA_BYTECODE_H

#include "xsAll.h"

/* The next instruction, into functions as well. */
const txU1 *xs_ota_bytecode_next(const txU1 *instruction);

/* The length of the function's body that begins here, in a module that the bundle lends. */
size_t xs_ota_bytecode_body_size(const txU1 *body);

/* The text that this instruction gives; NULL when it gives none. */
const char *xs_ota_bytecode_text(const txU1 *instruction);

#endif
