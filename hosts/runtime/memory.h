/* SPDX-License-Identifier: MIT
 * The memory of the XS machine: from the C heap, counted, with a limit; or, while a machine is prepared, where it is
 * to stay. */
#ifndef XS_OTA_MEMORY_H
#define XS_OTA_MEMORY_H

#include "xs.h"

#include <stddef.h>

/* Called by the platform for a new machine: no limit yet. */
void xs_ota_memory_open(xsMachine *machine);

/* Bytes that the machine may allocate in all; more is a crash, "out of memory". */
void xs_ota_memory_limit(xsMachine *machine, size_t limit);

/* Gives back what XS has and does not use since it last collected. */
void xs_ota_memory_trim(xsMachine *machine);

/* Two areas without an end, each filled upwards. */
typedef struct XsOtaArena {
	char *slots;
	char *chunks;
} XsOtaArena;

/* Machines made from now on have slots and chunks in the arena, and nothing of theirs is freed; NULL ends that. */
void xs_ota_memory_use(XsOtaArena *arena);

#endif
