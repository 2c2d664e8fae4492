/* SPDX-License-Identifier: MIT
 * Where a board cannot read its flash while it is written, its linker script puts this file into RAM. */
#include "fault.h"

#include "board.h"

static void print_hex(uint32_t value)
{
	for (int shift = 28; shift >= 0; shift -= 4) {
		uint32_t digit = value >> shift & 15;

		xs_ota_board_console((char)(digit < 10 ? '0' + digit : 'a' + digit - 10));
	}
}

_Noreturn void xs_ota_fault(uint32_t pc, uint32_t caller, uint32_t cause, uint32_t address)
{
	static const char text[] = "# fault; pc, caller, cause, address:";

	for (const char *character = text; *character;)
		xs_ota_board_console(*character++);
	for (int i = 0; i < 4; i++) {
		xs_ota_board_console(' ');
		print_hex(i == 0 ? pc : i == 1 ? caller : i == 2 ? cause : address);
	}
	xs_ota_board_console('\n');
	xs_ota_board_reset(XS_OTA_RESET_CRASH);
}
