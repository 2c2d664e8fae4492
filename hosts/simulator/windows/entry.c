/* SPDX-License-Identifier: MIT
 * What an image does when it is loaded on Windows, and what it is linked with. */
#include "environment.h"

#include <windows.h>

#include <stdio.h>

#ifdef _MSC_VER
	#pragma comment(lib, "mbedx509.lib")
	#pragma comment(lib, "mbedcrypto.lib")
	#pragma comment(lib, "bcrypt.lib")
#endif

BOOL WINAPI DllMain(HINSTANCE library, DWORD why, LPVOID reserved)
{
	(void)library, (void)reserved;
	if (why == DLL_PROCESS_ATTACH) {
		setvbuf(stdout, NULL, _IONBF, 0);	/* it knows no lines here */
		xs_ota_environment_open();
	}
	return TRUE;
}
