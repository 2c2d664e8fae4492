/* SPDX-License-Identifier: MIT
 * Makes the slots of a prepared machine fewer. */
#ifndef XS_OTA_PACK_H
#define XS_OTA_PACK_H

#include "xsAll.h"

/*
 * Takes the slots between `first` and `end`, which are all that a shared machine has: those that nothing leads to become
 * empty. Behind `end` there must be memory for a list of three times as many words as there are slots.
 */
void xs_ota_pack_begin(txMachine *the, txSlot *first, txSlot *end);

/*
 * Moves the others to `to`: of slots that say the same only one, for none of them will ever change. Instances stay
 * apart, for they are told apart by where they are. Returns where the slots end.
 */
char *xs_ota_pack_end(txMachine *the, char *to);

#endif
