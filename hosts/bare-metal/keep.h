/* SPDX-License-Identifier: MIT
 * What a prepared machine still needs of modules that are not in the image: functions, texts, names. */
#ifndef XS_OTA_KEEP_H
#define XS_OTA_KEEP_H

#include "xsAll.h"

/* Copies go to `end` and behind it. */
void xs_ota_keep_begin(char *end);

/* Has a slot point to a copy, where it points into a module that the bundle lends. Equal bytes are copied once. */
void xs_ota_keep(txSlot *slot);

/* Where the copies end. */
char *xs_ota_keep_end(void);

#endif
