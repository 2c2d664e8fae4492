/* SPDX-License-Identifier: MIT
 * Links a module when it is loaded. */
#ifndef XS_OTA_LINK_H
#define XS_OTA_LINK_H

#include "bundle.h"

/*
 * Gives the module's symbols ids of this machine, and its code those ids; the code runs where it is, once it is
 * linked. False when the module is malformed.
 */
bool xs_ota_link_module(xsMachine *machine, const XsOtaModule *module);

#endif
