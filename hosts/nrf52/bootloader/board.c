/* SPDX-License-Identifier: MIT
 * The board as the bootloader needs it: watchdog, reset, and how the application starts behind the SoftDevice.
 * The first stage is Moddable's UF2 bootloader. Sources: nRF5 SDK 17.0.2 nrf_sdm.h (SVC numbers); Adafruit nRF52
 * Bootloader (GPREGRET). */
#include "board.h"

#include "memory.h"
#include "registers.h"

/* Seconds. An erase of the external flash takes 0.24, and the application feeds each 10 ms. */
enum { WATCHDOG_TIMEOUT = 16 };

/* Makes the first stage show its drive, for a repair. */
enum { UF2_MODE = 0x57 };

void xs_ota_board_open(void)
{
	DEMCR |= DEMCR_TRACE;
	DWT_CYCLES = 0;
	DWT_CONTROL |= DWT_CYCLES_ENABLE;
}

/* Begins anew after 67 s, which nothing here depends on. */
uint64_t xs_ota_board_microseconds(void)
{
	return DWT_CYCLES / CYCLES_PER_US;
}

/* There is no console: the application tells how it was started. */
void xs_ota_board_console(char byte)
{
	(void)byte;
}

/*
 * The crystal is started first: after a reset with the watchdog running, the SDK would take the oscillator that the
 * watchdog keeps alive for its own, and its RTC would stand still.
 */
void xs_ota_board_watch(void)
{
	if (!(WDT_RUNSTATUS & 1)) {
		CLOCK_LFCLKSRC = LFCLK_XTAL;
		CLOCK_LFCLKSTART = 1;
		WDT_CONFIG = WDT_RUNS_IN_SLEEP;
		WDT_CRV = WATCHDOG_TIMEOUT * WDT_HZ - 1;
		WDT_RREN = 1;
		WDT_START = 1;
	}
	WDT_RR0 = WDT_RELOAD;
}

_Noreturn void xs_ota_board_reset(XsOtaReset reason)
{
	(void)reason;
	__asm volatile("dsb" ::: "memory");
	SCB_RESET = SCB_RESET_REQUEST;
	for (;;)
		;
}

/* Nothing can be started: the first stage takes another image over USB. */
_Noreturn void xs_ota_board_power_off(int status)
{
	(void)status;
	POWER_GPREGRET = UF2_MODE;
	xs_ota_board_reset(XS_OTA_RESET_SOFTWARE);
}

/* sd_softdevice_vector_table_base_set: from here on the SoftDevice hands interrupts to the application. */
static void forward_interrupts(uint32_t vectors)
{
	register uint32_t address __asm("r0") = vectors;

	__asm volatile("svc 0x13" : "+r"(address) :: "r1", "r2", "r3", "r12", "memory");
}

_Noreturn void xs_ota_board_start(uint32_t offset)
{
	const uint32_t *vectors = (const uint32_t *)(uintptr_t)(OTA_FLASH_BASE + offset);	/* stack pointer, entry */

	forward_interrupts((uint32_t)(uintptr_t)vectors);
	__asm volatile("msr msp, %0\n\tbx %1" :: "r"(vectors[0]), "r"(vectors[1]) : "memory");
	__builtin_unreachable();
}
