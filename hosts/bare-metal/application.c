/* SPDX-License-Identifier: MIT
 * The application's machine code: the XS runtime, and the program that follows it in the image. */
#include "board.h"
#include "channel.h"
#include "program.h"
#include "stack-use.h"

/* Room between the C stack's end and where XS stops using it: what an interrupt and a C library call need. */
enum { STACK_MARGIN = 2048 };

extern char __stack_limit[];

/* asked for by XS */
char *fxCStackLimit(void);
char *fxCStackLimit(void)
{
	return __stack_limit + STACK_MARGIN;
}

int main(void)
{
	XsOtaProgram program;

	xs_ota_stack_paint();
	program = xs_ota_program();
	xs_ota_board_open();
	xs_ota_board_watch();
	xs_ota_channel_open();
	xs_ota_run(&program);
}
