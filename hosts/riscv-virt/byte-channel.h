/* SPDX-License-Identifier: MIT */
#ifndef XS_OTA_VIRT_BYTE_CHANNEL_H
#define XS_OTA_VIRT_BYTE_CHANNEL_H

/* Takes back the interrupt that ended a sleep, if it was the channel's. */
void xs_ota_byte_channel_acknowledge(void);

#endif
