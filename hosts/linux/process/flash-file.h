/* SPDX-License-Identifier: MIT
 * A file that behaves like NOR flash, and may lose power. */
#ifndef XS_OTA_FLASH_FILE_H
#define XS_OTA_FLASH_FILE_H

#include "options.h"

/* Opens the file, which must have the size of the flash map. NULL, or what is wrong. */
const char *xs_ota_flash_file_open(const XsOtaOptions *options);

/* Writes and erases so far, a block each, as XsOtaOptions.cut counts them. */
uint32_t xs_ota_flash_file_operations(void);

#endif
