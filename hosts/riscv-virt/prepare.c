/* SPDX-License-Identifier: MIT
 * The start of the build's own run, toolchain/prepare.ts, in no image: a NOR flash cannot be written as memory, so the
 * emulator has RAM enough for its contents, and the core's memory management shows them where the flash is. Source:
 * RISC-V Privileged Specification 20211203, 3.1.6, 3.7 and 4.3. */
#include "registers.h"
#include "startup.h"

#define PREPARE_CODE __attribute__((section(".prepare_rom")))

/* Sv32's largest pages, of 4 MiB: one table is all that it takes. */
enum { PAGE_BITS = 22, PAGES = 1024, PAGE_NUMBER_SHIFT = 20, PAGE_READ_WRITE_RUN = 0xCF };

/* Where the flash's contents are: what toolchain/machine-code.ts puts the image behind. */
#define CONTENTS_BASE 0x80400000u
enum { CONTENTS_PAGES = 6 };

static uint32_t pages[PAGES] __attribute__((aligned(4096), section(".prepare_ram")));

int xs_ota_prepare_main(void);
void xs_ota_prepare_handler(void);
void xs_ota_prepare_map(void);

PREPARE_CODE static uint32_t page_at(uint32_t address)
{
	return address >> PAGE_BITS << PAGE_NUMBER_SHIFT | PAGE_READ_WRITE_RUN;
}

/* Every address is what it is, but for those of the flash. */
PREPARE_CODE void xs_ota_prepare_map(void)
{
	for (uint32_t i = 0; i < PAGES; i++)
		pages[i] = page_at(i << PAGE_BITS);
	for (uint32_t i = 0; i < CONTENTS_PAGES; i++)
		pages[(FLASH_BASE >> PAGE_BITS) + i] = page_at(CONTENTS_BASE + (i << PAGE_BITS));
}

/* Into supervisor mode, the one that has memory management, with all memory its own. Exceptions stay machine mode's. */
__attribute__((naked, section(".prepare_rom.entry"), used)) void xs_ota_prepare_handler(void)
{
	__asm volatile(
		SET_UP_CORE
		"call xs_ota_prepare_map\n\t"
		".option push\n\t"
		".option arch, +zicsr\n\t"
		"li t0, -1\n\t"
		"csrw pmpaddr0, t0\n\t"
		"li t0, 0x1F\n\t"	/* all addresses: read, write, run */
		"csrw pmpcfg0, t0\n\t"
		"la t0, %0\n\t"
		"srli t0, t0, 12\n\t"
		"li t1, 1 << 31\n\t"	/* Sv32 */
		"or t0, t0, t1\n\t"
		"csrw satp, t0\n\t"
		"sfence.vma\n\t"
		"li t0, 3 << 11\n\t"	/* MPP */
		"csrc mstatus, t0\n\t"
		"li t0, 1 << 11\n\t"	/* supervisor */
		"csrs mstatus, t0\n\t"
		"la a0, xs_ota_prepare_main\n\t"
		"la t0, xs_ota_begin\n\t"
		"csrw mepc, t0\n\t"
		"mret\n\t"
		".option pop" :: "i"(pages));
}
