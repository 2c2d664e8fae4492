/* SPDX-License-Identifier: MIT
 * Machines that are made at build time, and lie in flash: XS's own xsShareMachine and xsCloneMachine. docs/adr/0013. */
#ifndef XS_OTA_PREPARED_H
#define XS_OTA_PREPARED_H

#include "run.h"

/* A machine in which modules have been evaluated. It can be used at the address where it was made, and nowhere else. */
typedef struct XsOtaPrepared {
	uint32_t magic;
	const struct XsOtaPrepared *self;
	uint32_t size;	/* bytes, with this header */
	xsMachine *machine;
} XsOtaPrepared;

/* Where the bundle ends, a prepared machine may begin. */
const XsOtaPrepared *xs_ota_prepared_after(const XsOtaProgram *program);

/* The machine of it to be cloned; NULL when there is none. */
xsMachine *xs_ota_prepared_machine(const XsOtaPrepared *prepared);

/*
 * Makes one behind the bundle, where memory must be as long as need be: gives a machine what each start would give it, and
 * evaluates those modules that the bundle says. Then it is frozen: functions, and what XS brings, can't be changed.
 * The modules themselves go from the bundle, and what is needed of them is behind the machine's chunks.
 */
void xs_ota_prepare(XsOtaProgram *program);

#endif
