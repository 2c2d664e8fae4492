/* SPDX-License-Identifier: MIT
 * What of a prepared machine's modules a device can still ask for. */
#ifndef XS_OTA_PRUNE_H
#define XS_OTA_PRUNE_H

#include "xsAll.h"

/*
 * Forgets the modules of a shared machine that no module in the bundle imports: what others have of them stays.
 * Returns false, and leaves them, when some module imports by a name that it may make up, or asks for its own.
 */
bool xs_ota_prune(txMachine *the);

/* After that: a slot leads to no module any more. */
void xs_ota_prune_slot(txMachine *the, txSlot *slot);

/*
 * Before a machine is shared: a function that does not know `this`, and whose prototype was left as it is, gets
 * Object's for it, which makes it three slots smaller. What `new` makes with it is the same.
 */
void xs_ota_prune_prototype(txMachine *the, txSlot *slot);

#endif
