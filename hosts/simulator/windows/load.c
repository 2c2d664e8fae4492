/* SPDX-License-Identifier: MIT
 * The image's library, on Windows. A library that is loaded cannot be removed: it stays beside the flash, and each start
 * writes it anew. */
#include "library.h"

#include "environment.h"

#include <windows.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void fail(const char *what)
{
	char why[32];

	snprintf(why, sizeof(why), "error %lu", GetLastError());
	xs_ota_crash(what, why);
}

static void unpack_to_file(XsOtaBootedImage image, char path[MAX_PATH])
{
	char flash[MAX_PATH - sizeof(".dll")];
	FILE *file;

	if (GetFullPathName(getenv(XS_OTA_ENV_FLASH), sizeof(flash), flash, NULL) >= sizeof(flash))
		xs_ota_library_cannot_unpack("the flash has too long a name");
	snprintf(path, MAX_PATH, "%s.dll", flash);
	file = fopen(path, "wb");
	if (!file)
		xs_ota_library_cannot_unpack(strerror(errno));
	xs_ota_library_unpack(image, file);
}

txScreenLaunchProc xs_ota_library_load(XsOtaBootedImage image)
{
	char path[MAX_PATH];
	txScreenLaunchProc launch;
	HMODULE library;

	unpack_to_file(image, path);
	library = LoadLibrary(path);
	if (!library)
		fail("the image does not load");
	launch = (txScreenLaunchProc)(void (*)(void))GetProcAddress(library, "fxScreenLaunch");
	if (!launch)
		fail("the image was not made by mcconfig");
	return launch;
}
