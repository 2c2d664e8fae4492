/* SPDX-License-Identifier: MIT */
#ifndef XS_OTA_MPS2_FLASH_H
#define XS_OTA_MPS2_FLASH_H

/* From now on a store to the flash is a fault, unless its driver makes it. */
void xs_ota_flash_lock(void);

#endif
