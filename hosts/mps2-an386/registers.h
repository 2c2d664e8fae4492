/* SPDX-License-Identifier: MIT
 * Registers of the board. Sources: Arm AN386 (the memory map and interrupts of the FPGA image), Cortex-M System
 * Design Kit r1p1 TRM chapter 4 (UART, watchdog), SMSC LAN9118 datasheet chapter 5 (Ethernet), ARMv7-M ARM B3
 * (SysTick, SCB, NVIC). */
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
enum {
	UART_TX_FULL = 1 << 0,	/* state */
	UART_TX_ENABLE = 1 << 0,	/* control */
	UART_DIVISOR_MIN = 16
};

typedef struct Ethernet {
	uint32_t rx_data;
	uint32_t rx_data_aliases[7];
	uint32_t tx_data;
	uint32_t tx_data_aliases[7];
	uint32_t rx_status;	/* of the next frame; reading takes it */
	uint32_t rx_status_peek, tx_status, tx_status_peek;
	uint32_t identity, interrupt_config, interrupt_status, interrupt_enable;
	uint32_t reserved, byte_order_test, fifo_level;
	uint32_t rx_config, tx_config, hardware_config, rx_control;
	uint32_t rx_fifo;	/* bytes; frames from bit 16 */
	uint32_t tx_fifo;	/* bytes free */
	uint32_t power, gpio, timer, timer_count, reserved_2, word_swap, free_run, rx_dropped;
	uint32_t mac_command, mac_data;
} Ethernet;
#define ETHERNET ((volatile Ethernet *)0x40200000u)
enum {
	ETHERNET_IRQ = 13,
	ETHERNET_IRQ_HIGH = 1 << 4 | 1 << 0, ETHERNET_IRQ_ENABLE = 1 << 8,	/* interrupt_config: active high, driven */
	ETHERNET_RX_FRAMES = 1 << 3,	/* interrupt_status, interrupt_enable: more frames than fifo_level's lowest byte */
	ETHERNET_TX_ON = 1 << 1, ETHERNET_TX_NO_STATUS = 1 << 2,	/* tx_config */
	ETHERNET_RESET = 1 << 0,	/* hardware_config, until it is done */
	ETHERNET_TX_FIRST = 1 << 13, ETHERNET_TX_LAST = 1 << 12	/* the first word of a frame to send */
};
#define ETHERNET_MAC_BUSY (1u << 31)
enum {
	MAC_CONTROL = 1,	/* the number of a register behind mac_command */
	MAC_ALL_ADDRESSES = 1 << 18, MAC_FULL_DUPLEX = 1 << 20, MAC_TX_ENABLE = 1 << 3, MAC_RX_ENABLE = 1 << 2
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
#define SCB_INTERRUPT_STATE REGISTER(0xE000ED04u)	/* ICSR */
enum { SYSTICK_PENDING = 1 << 26 };
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
