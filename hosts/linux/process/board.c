/* SPDX-License-Identifier: MIT
 * The child process: the device, from reset to reset. Boots, loads the bundle from slot-a, and runs it. */
#include "board.h"

#include "boot-step.h"
#include "poller.h"
#include "run.h"

#include <stdio.h>

enum { MEMORY_LIMIT = 64 * 1024 * 1024 };

static XsOtaReset reset_reason;

void xs_ota_port_wait(double milliseconds)
{
	xs_ota_poller_wait(milliseconds);
}

void xs_ota_port_console(const char *line)
{
	puts(line);
	fflush(stdout);
}

XsOtaReset xs_ota_port_reset_reason(void)
{
	return reset_reason;
}

_Noreturn void xs_ota_board_run(const XsOtaOptions *options, XsOtaReset reason)
{
	static const xsCreation creation = {
		.initialChunkSize = 256 * 1024, .incrementalChunkSize = 256 * 1024,
		.initialHeapCount = 16384, .incrementalHeapCount = 16384,
		.stackCount = 8192,
		.initialKeyCount = 2048, .incrementalKeyCount = 512,
		.nameModulo = 1993, .symbolModulo = 127
	};
	XsOtaBootedImage image;

	reset_reason = reason;
	image = xs_ota_boot_step(options);
	xs_ota_run(&(XsOtaProgram){
		.bundle = image.body, .size = image.size, .creation = &creation, .memory_limit = MEMORY_LIMIT
	});
}
