/* SPDX-License-Identifier: MIT
 * The application's machine code as the build runs it under an emulator, where flash is memory: it writes the prepared
 * machine to where it will be in the image, and ends. No device runs this. */
#include "board.h"
#include "prepared.h"
#include "program.h"

int xs_ota_prepare_main(void);

int xs_ota_prepare_main(void)
{
	XsOtaProgram program = xs_ota_program();

	xs_ota_board_open();
	xs_ota_prepare(&program);
	xs_ota_board_power_off(0);
}
