/* SPDX-License-Identifier: MIT
 * The image's body: the library that mcconfig made of the application, as gzip (RFC 1952). */
#ifndef XS_OTA_LIBRARY_H
#define XS_OTA_LIBRARY_H

#include "boot-step.h"

#include <screen.h>
#include <stdio.h>

/* Unpacks it to a file, which it closes, and frees the body; or the process ends, and says why. */
void xs_ota_library_unpack(XsOtaBootedImage image, FILE *to);

/* Ends the process, and says why. */
_Noreturn void xs_ota_library_cannot_unpack(const char *why);

/* Loads it, and frees the body. The function that starts the application; or the process ends, and says why. */
txScreenLaunchProc xs_ota_library_load(XsOtaBootedImage image);

/* Ends the process, and says why. */
_Noreturn void xs_ota_crash(const char *what, const char *why);

#endif
