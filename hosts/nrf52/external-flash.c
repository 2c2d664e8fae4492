/* SPDX-License-Identifier: MIT
 * Sources: nRF52840 Product Specification 1.7, 6.19 (QSPI), 6.9 (GPIO); JEDEC JESD216 (opcodes, 3-byte addresses). */
#include "external-flash.h"

#include "qspi-pins.h"

#define REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))

#define QSPI 0x40029000u
#define QSPI_ACTIVATE REGISTER(QSPI + 0x000)
#define QSPI_READSTART REGISTER(QSPI + 0x004)
#define QSPI_WRITESTART REGISTER(QSPI + 0x008)
#define QSPI_ERASESTART REGISTER(QSPI + 0x00C)
#define QSPI_READY REGISTER(QSPI + 0x100)
#define QSPI_ENABLE REGISTER(QSPI + 0x500)
#define QSPI_READ_SOURCE REGISTER(QSPI + 0x504)
#define QSPI_READ_TARGET REGISTER(QSPI + 0x508)
#define QSPI_READ_COUNT REGISTER(QSPI + 0x50C)
#define QSPI_WRITE_TARGET REGISTER(QSPI + 0x510)
#define QSPI_WRITE_SOURCE REGISTER(QSPI + 0x514)
#define QSPI_WRITE_COUNT REGISTER(QSPI + 0x518)
#define QSPI_ERASE_OFFSET REGISTER(QSPI + 0x51C)
#define QSPI_ERASE_LENGTH REGISTER(QSPI + 0x520)
#define QSPI_PIN(n) REGISTER(QSPI + 0x524 + 4 * (n))	/* SCK, CSN, none, IO0 to IO3 */
#define QSPI_IFCONFIG0 REGISTER(QSPI + 0x544)
#define QSPI_IFCONFIG1 REGISTER(QSPI + 0x600)
#define QSPI_CINSTRCONF REGISTER(QSPI + 0x634)
#define QSPI_CINSTRDAT0 REGISTER(QSPI + 0x638)

enum { ERASE_4KB = 0, FAST_READ_AND_PP = 0, SCK_DELAY = 5, SCK_8_MHZ = 3u << 28 };

/* Opcode 0x05 and one byte of answer, with IO2 and IO3 high. */
enum { READ_STATUS = 0x05 | 2 << 8 | 1 << 12 | 1 << 13, WRITE_IN_PROGRESS = 1 << 0 };

/* A block's erase takes 240 ms at most (Macronix MX25R6435F), and one look at the status some 5 µs. */
enum { READY_LOOKS = 1000000, STATUS_LOOKS = 200000 };

static bool wait_ready(void)
{
	for (uint32_t i = 0; i < READY_LOOKS; i++)
		if (QSPI_READY)
			return true;
	return false;
}

static bool is_busy(void)
{
	QSPI_READY = 0;
	QSPI_CINSTRCONF = READ_STATUS;
	return !wait_ready() || (QSPI_CINSTRDAT0 & WRITE_IN_PROGRESS) != 0;
}

/* Ready means that the command was sent; then the flash works on it. */
static bool finish(void)
{
	if (!wait_ready())
		return false;
	for (uint32_t i = 0; i < STATUS_LOOKS; i++)
		if (!is_busy())
			return true;
	return false;
}

/* WP# and HOLD#, which are IO2 and IO3, stay high: with one data line nobody drives them. */
static void hold_high(uint32_t pin)
{
	const uint32_t port = pin < 32 ? 0x50000000u : 0x50000300u;

	REGISTER(port + 0x508) = 1u << pin % 32;	/* OUTSET */
	REGISTER(port + 0x518) = 1u << pin % 32;	/* DIRSET */
}

static bool open(void)
{
	static bool is_open;

	if (is_open)
		return true;
	hold_high(OTA_QSPI_IO2_PIN);
	hold_high(OTA_QSPI_IO3_PIN);
	QSPI_PIN(0) = OTA_QSPI_SCK_PIN;
	QSPI_PIN(1) = OTA_QSPI_CSN_PIN;
	QSPI_PIN(3) = OTA_QSPI_IO0_PIN;
	QSPI_PIN(4) = OTA_QSPI_IO1_PIN;
	QSPI_IFCONFIG0 = FAST_READ_AND_PP;
	QSPI_IFCONFIG1 = SCK_8_MHZ | SCK_DELAY;
	QSPI_ENABLE = 1;
	QSPI_READY = 0;
	QSPI_ACTIVATE = 1;
	is_open = wait_ready() && finish();
	return is_open;
}

bool ota_external_flash_read(uint32_t offset, void *into, uint32_t length)
{
	if (!open())
		return false;
	QSPI_READ_SOURCE = offset;
	QSPI_READ_TARGET = (uint32_t)(uintptr_t)into;
	QSPI_READ_COUNT = length;
	QSPI_READY = 0;
	QSPI_READSTART = 1;
	return wait_ready();
}

bool ota_external_flash_write(uint32_t offset, const void *bytes, uint32_t length)
{
	if (!open())
		return false;
	QSPI_WRITE_TARGET = offset;
	QSPI_WRITE_SOURCE = (uint32_t)(uintptr_t)bytes;
	QSPI_WRITE_COUNT = length;
	QSPI_READY = 0;
	QSPI_WRITESTART = 1;
	return finish();
}

bool ota_external_flash_erase(uint32_t offset)
{
	if (!open())
		return false;
	QSPI_ERASE_OFFSET = offset;
	QSPI_ERASE_LENGTH = ERASE_4KB;
	QSPI_READY = 0;
	QSPI_ERASESTART = 1;
	return finish();
}
