/* SPDX-License-Identifier: MIT
 * From a bundle to a running application. */
#ifndef XS_OTA_RUN_H
#define XS_OTA_RUN_H

#include "xs.h"

#include <stddef.h>
#include <stdint.h>

typedef struct XsOtaProgram {
	uint8_t *bundle;	/* never freed: the code runs in place; writable unless it was linked beforehand */
	size_t size;
	const xsCreation *creation;	/* the machine's first sizes */
	xsMachine *prepared;	/* what the machine is cloned from; NULL: from nothing */
	size_t memory_limit;	/* bytes, all in all, without the bundle */
} XsOtaProgram;

/* Takes the bundle into use, and makes a machine for it. */
xsMachine *xs_ota_run_create(const XsOtaProgram *program);

/* Runs the application until the device is reset. */
_Noreturn void xs_ota_run(const XsOtaProgram *program);

#endif
