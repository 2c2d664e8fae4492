/* SPDX-License-Identifier: MIT
 * The bootloader as a board's firmware: the core over the board's flash, then the application. */
#include "board.h"
#include "flash-port.h"
#include "target.h"

/* The trusted keys end their partition: cli/flash-image.ts puts them there. */
enum { KEYS_PLACE = 4096 };

static void log_line(void *context, const char *message)
{
	(void)context;
	for (const char *prefix = "# boot: "; *prefix;)
		xs_ota_board_console(*prefix++);
	while (*message)
		xs_ota_board_console(*message++);
	xs_ota_board_console('\r');
	xs_ota_board_console('\n');
}

/* How long it took, which tells a board's maker what a start costs. */
static void log_time(void)
{
	char line[] = "0000000000 us", *digit = line + 9;

	for (uint32_t left = (uint32_t)xs_ota_board_microseconds(); left > 0; left /= 10)
		*digit-- += left % 10;
	log_line(NULL, line);
}

/* Nothing can be started: a failing flash may do better after a reset, anything else waits for a repair. */
static _Noreturn void give_up(OtaReason reason)
{
	log_line(NULL, ota_reason_name(reason));
	if (reason == OTA_FLASH_FAILED)
		xs_ota_board_reset(XS_OTA_RESET_CRASH);
	xs_ota_board_power_off(XS_OTA_BOARD_NOT_BOOTABLE);
}

int main(void)
{
	const XsOtaBootHost host = {
		.feed = xs_ota_board_watch, .log = log_line, .target = xs_ota_target,
		.keys_offset = xs_ota_flash_find("boot")->size - KEYS_PLACE
	};
	OtaBootResult result;

	xs_ota_board_open();
	xs_ota_board_watch();
	result = xs_ota_flash_boot(&host);
	if (result.outcome == OTA_NOT_BOOTABLE)
		give_up(result.refused);
	log_time();
	xs_ota_board_start(xs_ota_flash_find("slot-a")->offset + result.image.header_size);
}
