/* SPDX-License-Identifier: MIT
 * What an import's name means. */
#ifndef XS_OTA_MODULE_PATH_H
#define XS_OTA_MODULE_PATH_H

#include <stdbool.h>

enum { XS_OTA_MODULE_PATH_SIZE = 256 };

/*
 * Resolves a name, whose final .js or .mjs goes, into `path` of XS_OTA_MODULE_PATH_SIZE bytes: "./x" and "../x"
 * against the importing module, as XS does; any other as it is. False when it leaves the root, or is too long.
 */
bool xs_ota_module_path(const char *importer, char *name, char *path);

#endif
