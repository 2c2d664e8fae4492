/* SPDX-License-Identifier: MIT
 * What the runtime asks of a machine, port.h, over what a board is, board.h. */
#include "board.h"
#include "channel.h"
#include "idle.h"
#include "target.h"

double xs_ota_port_now(void)
{
	return (double)xs_ota_board_microseconds() / 1000;
}

static uint64_t slept;	/* microseconds */

void xs_ota_port_wait(double milliseconds)
{
	uint64_t now = xs_ota_board_microseconds(), end = now + (uint64_t)(milliseconds * 1000);

	while (!xs_ota_channel_serve() && (now = xs_ota_board_microseconds()) < end) {
		xs_ota_board_sleep();
		slept += xs_ota_board_microseconds() - now;
	}
}

uint64_t xs_ota_busy_microseconds(void)
{
	return xs_ota_board_microseconds() - slept;
}

void xs_ota_port_feed(void)
{
	xs_ota_board_watch();
}

double xs_ota_port_feed_interval(void)
{
	return xs_ota_board_watch_interval();
}

static void write_text(const char *text)
{
	while (*text)
		xs_ota_board_console(*text++);
}

void xs_ota_port_console(const char *line)
{
	write_text(line);
	write_text("\r\n");
}

void xs_ota_port_log(const char *line)
{
	write_text("# ");
	xs_ota_port_console(line);
}

XsOtaReset xs_ota_port_reset_reason(void)
{
	return xs_ota_board_reset_reason();
}

const uint8_t *xs_ota_port_target(void)
{
	return xs_ota_target;
}

/* xorshift, from the board's seed. Source: Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8(14), 2003. */
uint32_t xs_ota_port_random(void)
{
	static uint32_t state;

	if (state == 0)
		state = xs_ota_board_seed() | 1;
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

_Noreturn void xs_ota_port_power_off(int status)
{
	xs_ota_board_power_off(status);
}

_Noreturn void xs_ota_port_reset(XsOtaReset reason)
{
	xs_ota_board_reset(reason);
}
