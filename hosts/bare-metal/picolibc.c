/* SPDX-License-Identifier: MIT
 * What picolibc asks of a machine. Its own sbrk takes the heap between the linker script's two symbols. */
#include <stdio.h>

#include "board.h"

_Noreturn void _exit(int status);

static int write_byte(char byte, FILE *file)
{
	(void)file;
	xs_ota_board_console(byte);
	return 0;
}

static FILE console = FDEV_SETUP_STREAM(write_byte, NULL, NULL, _FDEV_SETUP_WRITE);
FILE *const stdin = &console, *const stdout = &console, *const stderr = &console;

_Noreturn void _exit(int status)
{
	(void)status;
	xs_ota_board_reset(XS_OTA_RESET_CRASH);
}
