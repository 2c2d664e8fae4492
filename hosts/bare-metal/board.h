/* SPDX-License-Identifier: MIT
 * What a board supplies, by its registers: to bring up a new one is to write these, and flash-driver.h's. */
#ifndef XS_OTA_BARE_METAL_BOARD_H
#define XS_OTA_BARE_METAL_BOARD_H

#include "port.h"

#include <stdbool.h>
#include <stdint.h>

/* Sets up clock, console and interrupts. Called once, by bootloader and application alike. */
void xs_ota_board_open(void);

/* Microseconds since the board was opened. */
uint64_t xs_ota_board_microseconds(void);

/* Sleeps until an interrupt: at least one per millisecond, and one when a byte arrives at the channel. */
void xs_ota_board_sleep(void);

/* The console's UART: waits while it is busy. */
void xs_ota_board_console(char byte);

/* The byte channel: docs/byte-channel.md. Opened by the application, and anew when it is lost. */
void xs_ota_board_channel_open(void);

/* Waits while it is busy. At most 1024 bytes, which the caller keeps. */
void xs_ota_board_channel_write(const uint8_t *bytes, uint32_t length);

/* A byte, or why there is none. */
enum { XS_OTA_CHANNEL_EMPTY = -1, XS_OTA_CHANNEL_LOST = -2 };	/* nothing has come; what came makes no sense */
int xs_ota_board_channel_read(void);

/* Starts the watchdog, or feeds it: the board is reset unless it is fed again in time. */
void xs_ota_board_watch(void);

/* Milliseconds that may pass between two feeds without danger. */
uint32_t xs_ota_board_watch_interval(void);

/* Resets the board; the reason is there after it. */
_Noreturn void xs_ota_board_reset(XsOtaReset reason);

/* Why the board was started. */
XsOtaReset xs_ota_board_reset_reason(void);

/* What the chip's random number generator gives, other bytes at each start: keys are made of them. */
enum { XS_OTA_BOARD_ENTROPY_SIZE = 32 };
void xs_ota_board_entropy(uint8_t bytes[XS_OTA_BOARD_ENTROPY_SIZE]);

/* What the bootloader switches the board off with when there is nothing to start. */
enum { XS_OTA_BOARD_NOT_BOOTABLE = 71 };

/* Switches the board off. The status is its emulator's exit status. */
_Noreturn void xs_ota_board_power_off(int status);

/* Leaves the bootloader for the machine code that starts at `offset` of the flash. */
_Noreturn void xs_ota_board_start(uint32_t offset);

#endif
