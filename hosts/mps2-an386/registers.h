/* SPDX-License-Identifier: MIT
 * Registers of the board. Sources: Arm AN386 (the memory map and interrupts of the FPGA image), Cortex-M System
 * Design Kit r1p1 TRM chapter 4 (UART, watchdog), ARMv7-M ARM B3 (SysTick, SCB, NVIC). */
#ifndef XS_OTA_MPS2_REGISTERS_H
#define XS_OTA_MPS2_REGISTERS_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

enum { CLOCK_HZ = 25000000 };

typedef struct Uart {
	uint32_t data;
	uint32_t state;
	uint32_t control;
	uint32_t interrupt;	/* write 1 to clear */
	uint32_t divisor;
} Uart;
#define CONSOLE_UART ((volatile Uart *)0x40004000u)
#define CHANNEL_UART ((volatile Uart *)0x40005000u)
enum {
	UART_TX_FULL = 1 << 0, UART_RX_FULL = 1 << 1,	/* state */
	UART_TX_ENABLE = 1 << 0, UART_RX_ENABLE = 1 << 1, UART_RX_INTERRUPT = 1 << 3,	/* control */
	UART_RX_PENDING = 1 << 1,	/* interrupt */
	UART_DIVISOR_MIN = 16,
	CHANNEL_RX_IRQ = 2
};

typedef struct Watchdog {
	uint32_t load;
	uint32_t value;
	uint32_t control;
	uint32_t clear;
} Watchdog;
#define WATCHDOG ((volatile Watchdog *)0x40008000u)
#define WATCHDOG_LOCK REGISTER(0x40008C00u)
enum { WATCHDOG_INTERRUPT = 1 << 0, WATCHDOG_RESET = 1 << 1 };
#define WATCHDOG_UNLOCK 0x1ACCE551u

#define SYSTICK_CONTROL REGISTER(0xE000E010u)
#define SYSTICK_RELOAD REGISTER(0xE000E014u)
#define SYSTICK_VALUE REGISTER(0xE000E018u)
enum { SYSTICK_ENABLE = 7 };	/* counter, interrupt, processor clock */

#define NVIC_ENABLE REGISTER(0xE000E100u)
#define NVIC_DISABLE REGISTER(0xE000E180u)
#define SCB_VECTORS REGISTER(0xE000ED08u)
#define SCB_RESET REGISTER(0xE000ED0Cu)
#define SCB_COPROCESSORS REGISTER(0xE000ED88u)
#define SCB_FAULT_STATUS REGISTER(0xE000ED28u)	/* CFSR */
#define SCB_FAULT_ADDRESS REGISTER(0xE000ED34u)	/* MMFAR */
#define SCB_RESET_REQUEST 0x05FA0004u
#define SCB_FPU_ACCESS (0xFu << 20)

/* Memory protection. Source: ARMv7-M ARM B3.5. */
#define MPU_CONTROL REGISTER(0xE000ED94u)
#define MPU_REGION REGISTER(0xE000ED98u)
#define MPU_BASE REGISTER(0xE000ED9Cu)
#define MPU_ATTRIBUTES REGISTER(0xE000EDA0u)
enum {
	MPU_ENABLE = 1 << 0, MPU_PRIVILEGED_DEFAULT = 1 << 2,	/* control: what no region says is as without an MPU */
	MPU_READ_ONLY = 6 << 24, MPU_CACHED = 1 << 17, MPU_REGION_ENABLE = 1 << 0,
	MPU_SIZE_16M = 23 << 1
};

/* The boot ROM's stand-in, which the emulator is started with: stack pointer, reset vector, and random words. */
#define BOOT_ROM_ENTROPY ((volatile uint32_t *)0x00000008u)

/* Flash, all of it file-backed memory: 1 MiB internal, for bootloader and slot-a; what is after it external. */
#define FLASH_BASE ((uint8_t *)0x21000000u)

#endif
