/* SPDX-License-Identifier: MIT
 * Registers of the board. Sources: QEMU 7.2 hw/riscv/virt.c (memory map and interrupts), RISC-V Privileged
 * Specification 20211203, SiFive FU540-C000 Manual chapters 9 and 10 (CLINT, PLIC), TI PC16550D (UART). */
#ifndef XS_OTA_VIRT_REGISTERS_H
#define XS_OTA_VIRT_REGISTERS_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

/* The test device: what is written resets the board, or switches it off. */
#define SYSTEM_CONTROL REGISTER(0x00100000u)
enum { SYSTEM_POWER_OFF = 0x3333, SYSTEM_RESET = 0x7777 };	/* the exit status is in the upper half */

/* Core-local interruptor: the machine timer. */
enum { TIMER_HZ = 10000000 };
#define TIMER_COMPARE_LOW REGISTER(0x02004000u)
#define TIMER_COMPARE_HIGH REGISTER(0x02004004u)
#define TIMER_LOW REGISTER(0x0200BFF8u)
#define TIMER_HIGH REGISTER(0x0200BFFCu)

/* Platform-level interrupt controller: context 0 is machine mode of the only core. */
#define PLIC_PRIORITY(interrupt) REGISTER(0x0C000000u + 4u * (interrupt))
#define PLIC_ENABLE(interrupt) REGISTER(0x0C002000u + 4u * ((interrupt) / 32u))	/* a bit for each */
#define PLIC_CLAIM REGISTER(0x0C200004u)

/* mie */
enum { TIMER_INTERRUPT = 1 << 7, EXTERNAL_INTERRUPT = 1 << 11 };

/* A 16550; registers are bytes. */
typedef struct Uart {
	uint8_t data;	/* divisor's low byte while UART_DIVISOR_ACCESS is set */
	uint8_t interrupt_enable;	/* divisor's high byte, likewise */
	uint8_t fifo_control;
	uint8_t line_control;
	uint8_t modem_control;
	uint8_t line_status;
} Uart;
#define CONSOLE_UART ((volatile Uart *)0x10000000u)
enum {
	UART_FIFO_ENABLE = 0x07,	/* FIFO control: enable and clear */
	UART_8N1 = 0x03, UART_DIVISOR_ACCESS = 0x80,	/* line control */
	UART_TX_EMPTY = 1 << 5	/* line status */
};

/* PCI Express: configuration space of bus 0, and where its devices' registers can be mapped. */
#define PCI_CONFIGURATION(device) ((volatile uint32_t *)(0x30000000u + ((device) << 15)))
#define PCI_MEMORY 0x40000000u
enum { PCI_DEVICES = 32 };

/* virtio over memory: eight slots. */
#define VIRTIO_SLOT(slot) ((volatile uint32_t *)(0x10001000u + 0x1000u * (slot)))
#define VIRTIO_INTERRUPT(slot) (1u + (slot))
enum { VIRTIO_SLOTS = 8 };

/* The flash, seen as memory unless a command is under way. */
#define FLASH_BASE 0x20000000u
#define FLASH_SIZE 0x02000000u

#endif
