/* SPDX-License-Identifier: MIT
 * What the SDK's sockets leave to the program. */
#ifndef XS_OTA_SOCKETS_H
#define XS_OTA_SOCKETS_H

/* Before the application starts. */
void xs_ota_sockets_open(void);

#endif
