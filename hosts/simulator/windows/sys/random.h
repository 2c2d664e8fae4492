/* SPDX-License-Identifier: MIT
 * getentropy by Windows. */
#ifndef XS_OTA_SYS_RANDOM_H
#define XS_OTA_SYS_RANDOM_H

#include <windows.h>

#include <bcrypt.h>

static inline int getentropy(void *into, size_t length)
{
	return BCryptGenRandom(NULL, into, (ULONG)length, BCRYPT_USE_SYSTEM_PREFERRED_RNG) == 0 ? 0 : -1;
}

#endif
