/* SPDX-License-Identifier: MIT
 * C functions by name, for `native("xs_x")` and `Native("xs_x")`. toolchain/natives.ts makes the tables. */
#ifndef XS_OTA_NATIVES_H
#define XS_OTA_NATIVES_H

#include "xs.h"

typedef struct XsOtaFunction {
	const char *name;
	xsCallback function;
} XsOtaFunction;

typedef struct XsOtaDestructor {
	const char *name;
	xsDestructor destructor;
} XsOtaDestructor;

/* Each ended by a name of NULL. */
extern const XsOtaFunction xs_ota_functions[];
extern const XsOtaDestructor xs_ota_destructors[];

/* The property ids that C modules use as xsID_x, and their names. */
extern xsIdentifier xs_ota_ids[];
extern const char *const xs_ota_id_names[];

/* Gives the C modules the ids of a new machine. */
void xs_ota_natives_open(xsMachine *the);

/* Defines the global functions `native` and `Native`. */
void xs_ota_natives_define(xsMachine *the);

#endif
