/* SPDX-License-Identifier: MIT
 * On Windows. Source: Moddable SDK modules/io/socket/win/tcp.c. */
#include "sockets.h"

#include "library.h"

#include <winsock2.h>

void xs_ota_sockets_open(void)
{
	WSADATA version;

	if (WSAStartup(MAKEWORD(2, 2), &version) != 0)
		xs_ota_crash("the network", "no Winsock 2.2");
}
