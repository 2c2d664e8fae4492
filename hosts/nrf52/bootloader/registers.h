/* SPDX-License-Identifier: MIT
 * Registers of the nRF52840 that the bootloader uses. Sources: nRF52840 Product Specification 1.7; ARMv7-M ARM B3. */
#ifndef OTA_NRF52_REGISTERS_H
#define OTA_NRF52_REGISTERS_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))

/* 4.3 */
#define NVMC_READY REGISTER(0x4001E400u)
#define NVMC_CONFIG REGISTER(0x4001E504u)
#define NVMC_ERASEPAGE REGISTER(0x4001E508u)
enum { NVMC_READ, NVMC_WRITE, NVMC_ERASE };	/* config */

/* 5.3, 5.4 */
#define POWER_GPREGRET REGISTER(0x4000051Cu)
#define CLOCK_LFCLKSTART REGISTER(0x40000008u)
#define CLOCK_LFCLKSRC REGISTER(0x40000518u)
enum { LFCLK_XTAL = 1 };

/* 6.38 */
#define WDT_START REGISTER(0x40010000u)
#define WDT_RUNSTATUS REGISTER(0x40010400u)
#define WDT_CRV REGISTER(0x40010504u)
#define WDT_RREN REGISTER(0x40010508u)
#define WDT_CONFIG REGISTER(0x4001050Cu)
#define WDT_RR0 REGISTER(0x40010600u)
#define WDT_RELOAD 0x6E524635u
enum { WDT_HZ = 32768, WDT_RUNS_IN_SLEEP = 1 };	/* and not while a debugger halts the CPU */

/* ARMv7-M ARM C1: the cycle counter */
#define DEMCR REGISTER(0xE000EDFCu)
#define DWT_CONTROL REGISTER(0xE0001000u)
#define DWT_CYCLES REGISTER(0xE0001004u)
enum { DEMCR_TRACE = 1 << 24, DWT_CYCLES_ENABLE = 1 << 0, CYCLES_PER_US = 64 };

#define SCB_RESET REGISTER(0xE000ED0Cu)
#define SCB_RESET_REQUEST 0x05FA0004u

#endif
