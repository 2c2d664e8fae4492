/* SPDX-License-Identifier: MIT
 * The watchdog, an Intel 6300ESB: it counts on whatever the core does. Source: Intel 6300ESB I/O Controller Hub
 * Datasheet, chapter 16. */
#include "board.h"
#include "pci.h"
#include "registers.h"

#include <stdbool.h>

#define DEVICE_ID 0x25AB8086u
#define WATCHDOG_ADDRESS PCI_MEMORY

/* configuration space: two bytes, and one */
enum {
	CONFIGURATION = 0x60, CONFIGURATION_NO_INTERRUPT = 3,
	LOCK = 0x68, LOCK_ENABLE = 1 << 1
};

#define TIMER_1 REGISTER(WATCHDOG_ADDRESS + 0x00)
#define TIMER_2 REGISTER(WATCHDOG_ADDRESS + 0x04)
#define RELOAD (*(volatile uint16_t *)(WATCHDOG_ADDRESS + 0x0C))
enum { RELOAD_NOW = 0x100 };

/* It resets when both of its timers have run out, one after the other. A tick is 2^15 of the bus's 30 ns. */
enum { TIMEOUT_MS = 8000, TIMER_TICKS = TIMEOUT_MS / 2 };

/* before each write to a register */
static void unlock(void)
{
	RELOAD = 0x80;
	RELOAD = 0x86;
}

static void start(void)
{
	volatile uint32_t *words = xs_ota_pci_find(DEVICE_ID);
	volatile uint8_t *configuration = (volatile uint8_t *)words;

	xs_ota_pci_map(words, WATCHDOG_ADDRESS);
	*(volatile uint16_t *)(configuration + CONFIGURATION) = CONFIGURATION_NO_INTERRUPT;
	unlock();
	TIMER_1 = TIMER_TICKS;
	unlock();
	TIMER_2 = TIMER_TICKS;
	configuration[LOCK] = LOCK_ENABLE;
}

void xs_ota_board_watch(void)
{
	static bool is_started;

	if (!is_started)
		start();
	is_started = true;
	unlock();
	RELOAD = RELOAD_NOW;
}

uint32_t xs_ota_board_watch_interval(void)
{
	return TIMEOUT_MS / 2;
}
