/* SPDX-License-Identifier: MIT
 * Windows: the messages of the main thread. Source: Moddable SDK xs/platforms/win_xs.c. */
#include "loop.h"

#include "port.h"
#include "status.h"

#include <stdlib.h>

static void CALLBACK feed(HWND window, UINT message, UINT_PTR timer, DWORD time)
{
	(void)window, (void)message, (void)timer, (void)time;
	xs_ota_port_feed();
}

_Noreturn void xs_ota_loop_run(double feed_interval)
{
	MSG message;

	SetTimer(NULL, 0, (UINT)feed_interval, feed);
	while (GetMessage(&message, NULL, 0, 0) > 0)
		DispatchMessage(&message);
	_exit(XS_OTA_EXIT_CRASH);
}
