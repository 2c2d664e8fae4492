/* SPDX-License-Identifier: MIT
 * How much of the C stack was ever used: what was not still has the pattern that the start left there. */
#ifndef XS_OTA_BARE_METAL_STACK_USE_H
#define XS_OTA_BARE_METAL_STACK_USE_H

#include <stddef.h>

/* Called once, as early as can be. */
void xs_ota_stack_paint(void);

/* Bytes. */
size_t xs_ota_stack_peak(void);
size_t xs_ota_stack_size(void);

#endif
