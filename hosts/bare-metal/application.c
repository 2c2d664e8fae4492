/* SPDX-License-Identifier: MIT
 * The application's machine code: the XS runtime, and the bundle that follows it in the image. */
#include "board.h"
#include "channel.h"
#include "flash-map.h"
#include "run.h"

/* Room between the C stack's end and where XS stops using it: what an interrupt and a C library call need. */
enum { STACK_MARGIN = 2048 };

extern char __stack_limit[], __heap_start[], __heap_end[];

/* After the machine code: the bundle's size, then the bundle. toolchain/machine-code.ts puts it there. */
extern const uint8_t __bundle[];

/* Small to begin with: the heap is shared with sockets and crypto, and XS grows its own by need. */
static const xsCreation creation = {
	.initialChunkSize = 16 * 1024, .incrementalChunkSize = 4 * 1024,
	.initialHeapCount = 4608, .incrementalHeapCount = 256,
	.stackCount = 1024,
	.initialKeyCount = 2304, .incrementalKeyCount = 64,
	.nameModulo = 257, .symbolModulo = 31
};

/* asked for by XS */
char *fxCStackLimit(void);
char *fxCStackLimit(void)
{
	return __stack_limit + STACK_MARGIN;
}

static uint32_t bundle_size(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

int main(void)
{
	XsOtaProgram program = { .creation = &creation, .memory_limit = (size_t)(__heap_end - __heap_start) };

	xs_ota_board_open();
	xs_ota_board_watch();
	xs_ota_channel_open();
	program.size = bundle_size(__bundle);
	program.bundle = (uint8_t *)__bundle + 4;	/* linked beforehand: never written */
	xs_ota_run(&program);
}
