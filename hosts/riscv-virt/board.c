/* SPDX-License-Identifier: MIT
 * The board: clock, console, sleep, reset. */
#include "board.h"
#include "byte-channel.h"
#include "registers.h"

enum { TICKS_PER_US = TIMER_HZ / 1000000, SLEEP_TICKS = TIMER_HZ / 1000 };

/* What a reset leaves as it was. Anything but the magic means that the power has just come on. */
static struct {
	uint32_t magic;
	uint32_t reason;	/* an XsOtaReset: of the next start */
} retained __attribute__((section(".retained")));

enum { RETAINED_MAGIC = 0x4F544152 };

static XsOtaReset started_by;
static uint64_t opened_at;

/* From here on, a reset that nobody asks for is the watchdog's. */
static void take_reason(void)
{
	if (retained.magic != RETAINED_MAGIC) {
		retained.magic = RETAINED_MAGIC;
		retained.reason = XS_OTA_RESET_POWER_ON;
	}
	started_by = (XsOtaReset)retained.reason;
	retained.reason = XS_OTA_RESET_WATCHDOG;
}

static uint64_t ticks(void)
{
	uint32_t high, low;

	do {
		high = TIMER_HIGH;
		low = TIMER_LOW;
	} while (high != TIMER_HIGH);
	return (uint64_t)high << 32 | low;
}

static void open_console(void)
{
	CONSOLE_UART->line_control = UART_DIVISOR_ACCESS;
	CONSOLE_UART->data = 1;	/* as fast as it goes */
	CONSOLE_UART->interrupt_enable = 0;
	CONSOLE_UART->line_control = UART_8N1;
	CONSOLE_UART->fifo_control = UART_FIFO_ENABLE;
}

void xs_ota_board_open(void)
{
	take_reason();
	opened_at = ticks();
	open_console();
}

uint64_t xs_ota_board_microseconds(void)
{
	return (ticks() - opened_at) / TICKS_PER_US;
}

/* A pending interrupt ends the sleep, also one that came before it; none is taken. */
void xs_ota_board_sleep(void)
{
	uint64_t end = ticks() + SLEEP_TICKS;

	TIMER_COMPARE_HIGH = UINT32_MAX;	/* no interrupt in between */
	TIMER_COMPARE_LOW = (uint32_t)end;
	TIMER_COMPARE_HIGH = (uint32_t)(end >> 32);
	__asm volatile(".option push\n\t.option arch, +zicsr\n\tcsrw mie, %0\n\twfi\n\tcsrw mie, zero\n\t.option pop"
		:: "r"(TIMER_INTERRUPT | EXTERNAL_INTERRUPT) : "memory");
	xs_ota_byte_channel_acknowledge();
}

/* In RAM, as the trap handler is. */
__attribute__((section(".ram_code"))) void xs_ota_board_console(char byte)
{
	while (!(CONSOLE_UART->line_status & UART_TX_EMPTY))
		;
	CONSOLE_UART->data = (uint8_t)byte;
}

/* Likewise. */
__attribute__((section(".ram_code"))) _Noreturn void xs_ota_board_reset(XsOtaReset reason)
{
	retained.reason = reason;
	SYSTEM_CONTROL = SYSTEM_RESET;
	for (;;)
		;
}

/* The application is told the reason that the bootloader was told. */
_Noreturn void xs_ota_board_start(uint32_t offset)
{
	retained.reason = started_by;
	__asm volatile(".option push\n\t.option arch, +zifencei\n\tfence.i\n\t.option pop\n\tjr %0"
		:: "r"(FLASH_BASE + offset) : "memory");
	__builtin_unreachable();
}

XsOtaReset xs_ota_board_reset_reason(void)
{
	return started_by;
}

/* The highest bit tells it from a reset, with which this emulator ends too: cli/boards.ts looks at it. */
_Noreturn void xs_ota_board_power_off(int status)
{
	SYSTEM_CONTROL = SYSTEM_POWER_OFF | (0x80u | (uint32_t)status) << 16;
	for (;;)
		;
}
