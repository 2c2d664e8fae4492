/* SPDX-License-Identifier: MIT
 * The XS machine of a device: one, made at start and alive until the reset. */
#ifndef XS_OTA_MACHINE_H
#define XS_OTA_MACHINE_H

#include "xs.h"

/* Makes an object with a prototype and a C destructor. xsmc.h cannot: there a prototype brings the destructor. */
void xs_ota_machine_new_host(xsMachine *machine, xsSlot *result, xsSlot *prototype, xsDestructor destructor);

/* Starts to import a module; it runs while promise jobs do. A failure is a crash. */
void xs_ota_machine_import(xsMachine *machine, const char *name);

/* Runs promise jobs until there are none. To be called whenever JavaScript has run. */
void xs_ota_machine_settle(xsMachine *machine);

#endif
