/* SPDX-License-Identifier: MIT
 * The board: clock, console, watchdog, reset. */
#include "board.h"
#include "byte-channel.h"
#include "registers.h"

#include <string.h>

enum { TICK_US = 1000, TICK_CYCLES = CLOCK_HZ / (1000000 / TICK_US), WATCHDOG_MS = 8000 };

static volatile uint32_t ticks;

/* What a reset leaves as it was. Anything but the magic means that the power has just come on. */
static struct {
	uint32_t magic;
	uint32_t reason;	/* an XsOtaReset: of the next start */
	uint32_t starts;
} retained __attribute__((section(".retained")));

enum { RETAINED_MAGIC = 0x4F544152 };

static XsOtaReset started_by;

void xs_ota_tick_handler(void);

void xs_ota_tick_handler(void)
{
	ticks++;
}

/* From here on, a reset that nobody asks for is the watchdog's. */
static void take_reason(void)
{
	if (retained.magic != RETAINED_MAGIC) {
		retained.magic = RETAINED_MAGIC;
		retained.reason = XS_OTA_RESET_POWER_ON;
		retained.starts = 0;
	}
	started_by = (XsOtaReset)retained.reason;
	retained.reason = XS_OTA_RESET_WATCHDOG;
	retained.starts++;
}

void xs_ota_board_open(void)
{
	take_reason();
	CONSOLE_UART->divisor = UART_DIVISOR_MIN;
	CONSOLE_UART->control = UART_TX_ENABLE;
	SYSTICK_RELOAD = TICK_CYCLES - 1;
	SYSTICK_VALUE = 0;
	SYSTICK_CONTROL = SYSTICK_ENABLE;
}

/* At 0, for one cycle, the counter asks for the interrupt that counts the tick: that reading belongs to neither tick.
 * While the interrupt is pending, the counter is read again, as the next tick's. Source: ARMv7-M ARM B3.3. */
uint64_t xs_ota_board_microseconds(void)
{
	uint32_t counted, tick, left;

	do {
		tick = counted = ticks;
		left = SYSTICK_VALUE;
		if (SCB_INTERRUPT_STATE & SYSTICK_PENDING) {
			left = SYSTICK_VALUE;
			tick++;
		}
	} while (counted != ticks || left == 0);
	return (uint64_t)tick * TICK_US + (TICK_CYCLES - 1 - left) / (TICK_CYCLES / TICK_US);
}

/* With interrupts masked, so that one that comes after the check still ends the sleep. */
void xs_ota_board_sleep(void)
{
	__asm volatile("cpsid i" ::: "memory");
	if (!xs_ota_byte_channel_has_frame())
		__asm volatile("wfi" ::: "memory");
	__asm volatile("cpsie i" ::: "memory");
}

void xs_ota_board_console(char byte)
{
	while (CONSOLE_UART->state & UART_TX_FULL)
		;
	CONSOLE_UART->data = (uint8_t)byte;
}

void xs_ota_board_watch(void)
{
	WATCHDOG_LOCK = WATCHDOG_UNLOCK;
	WATCHDOG->load = WATCHDOG_MS * (CLOCK_HZ / 1000);
	WATCHDOG->control = WATCHDOG_INTERRUPT | WATCHDOG_RESET;
}

uint32_t xs_ota_board_watch_interval(void)
{
	return WATCHDOG_MS / 2;
}

_Noreturn void xs_ota_board_reset(XsOtaReset reason)
{
	retained.reason = reason;
	__asm volatile("dsb" ::: "memory");
	SCB_RESET = SCB_RESET_REQUEST;
	for (;;)
		;
}

/* The application is told the reason that the bootloader was told. */
_Noreturn void xs_ota_board_start(uint32_t offset)
{
	const uint32_t *vectors = (const uint32_t *)(FLASH_BASE + offset);	/* stack pointer, entry */

	retained.reason = started_by;
	__asm volatile("cpsid i" ::: "memory");
	SYSTICK_CONTROL = 0;
	NVIC_DISABLE = UINT32_MAX;
	__asm volatile("msr msp, %0\n\tcpsie i\n\tbx %1" :: "r"(vectors[0]), "r"(vectors[1]) : "memory");
	__builtin_unreachable();
}

XsOtaReset xs_ota_board_reset_reason(void)
{
	return started_by;
}

/* The emulator has no generator: whoever starts it puts other bytes after the boot ROM each time (cli/boards.ts). */
void xs_ota_board_entropy(uint8_t bytes[XS_OTA_BOARD_ENTROPY_SIZE])
{
	for (unsigned i = 0; i < XS_OTA_BOARD_ENTROPY_SIZE / 4; i++) {
		uint32_t word = BOOT_ROM_ENTROPY[i] + retained.starts;

		memcpy(bytes + 4 * i, &word, sizeof(word));
	}
}

/* Semihosting's SYS_EXIT_EXTENDED. Source: Arm, Semihosting for AArch32 and AArch64. */
_Noreturn void xs_ota_board_power_off(int status)
{
	const uint32_t block[2] = { 0x20026, (uint32_t)status };
	register uint32_t operation __asm("r0") = 0x20;
	register const void *argument __asm("r1") = block;

	__asm volatile("bkpt 0xAB" :: "r"(operation), "r"(argument) : "memory");
	for (;;)
		;
}
