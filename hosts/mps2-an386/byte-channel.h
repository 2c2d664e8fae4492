/* SPDX-License-Identifier: MIT */
#ifndef XS_OTA_MPS2_BYTE_CHANNEL_H
#define XS_OTA_MPS2_BYTE_CHANNEL_H

#include <stdbool.h>

/* Of the interrupt that says that a frame has come. */
void xs_ota_byte_channel_handler(void);

/* Whether the controller has a frame that nobody has begun to read. */
bool xs_ota_byte_channel_has_frame(void);

#endif
