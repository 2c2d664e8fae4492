/* SPDX-License-Identifier: MIT
 * Two 16-bit chips side by side: every command goes to both, in both halves of a word. Sources: JEDEC JESD68.01
 * (CFI query), Intel 28F256J3 datasheet section 9 (command set 0x0001); RISC-V Privileged Specification 20211203, 3.7
 * (memory protection). */
#include "nor.h"

#include "registers.h"

#define BOTH(command) ((command) * 0x00010001u)
enum {
	READ_ARRAY = 0xFF, READ_QUERY = 0x98, READ_STATUS = 0x70, CLEAR_STATUS = 0x50,
	ERASE = 0x20, WRITE_BUFFER = 0xE8, CONFIRM = 0xD0,
	STATUS_READY = 0x80, STATUS_ERRORS = 0x3A	/* erase, program, voltage, lock */
};

/* Of memory protection entries that match, the first one counts. The second, locked, lets machine mode read and run the
 * flash until the next reset; while the first is there, too, not being locked, it lets machine mode do all. */
#define FLASH_RANGE (FLASH_BASE >> 2 | ((FLASH_SIZE >> 3) - 1))
enum { MATCH_RANGE = 0x18, READ_AND_RUN = 0x05, LOCKED = 0x80 };
#define READ_ONLY ((LOCKED | MATCH_RANGE | READ_AND_RUN) << 8)
#define SET_PROTECTION(csr, value) \
	__asm volatile(".option push\n\t.option arch, +zicsr\n\tcsrw " csr ", %0\n\t.option pop" :: "r"(value) : "memory")

void xs_ota_nor_protect(void)
{
	SET_PROTECTION("pmpaddr0", FLASH_RANGE);
	SET_PROTECTION("pmpaddr1", FLASH_RANGE);
	SET_PROTECTION("pmpcfg0", READ_ONLY);
}

static RAM_CODE void begin_command(void)
{
	SET_PROTECTION("pmpcfg0", READ_ONLY | MATCH_RANGE);
}

static RAM_CODE volatile uint32_t *word_at(uint32_t offset)
{
	return (volatile uint32_t *)(FLASH_BASE + offset);
}

/* The watchdog ends this when a chip never gets ready. */
static RAM_CODE uint32_t wait_ready(volatile uint32_t *at)
{
	uint32_t status;

	do
		status = *at;
	while ((status & BOTH(STATUS_READY)) != BOTH(STATUS_READY));
	return status;
}

static RAM_CODE void end_command(volatile uint32_t *at)
{
	*at = BOTH(READ_ARRAY);
	SET_PROTECTION("pmpcfg0", READ_ONLY);
}

/* Waits until the chips have done what they were told. They are asked for the status: the emulator's show the array
 * again, by themselves, when a program command has failed, and what it has where the status was may never look ready. */
static RAM_CODE bool finish(volatile uint32_t *at)
{
	uint32_t status;

	*at = BOTH(READ_STATUS);
	status = wait_ready(at);
	*at = BOTH(CLEAR_STATUS);
	end_command(at);
	return !(status & BOTH(STATUS_ERRORS));
}

RAM_CODE int xs_ota_nor_query(uint32_t index)
{
	uint32_t answer;

	begin_command();
	*word_at(0) = BOTH(READ_QUERY);
	answer = *word_at(index * 4);
	end_command(word_at(0));
	return answer == BOTH(answer & 0xFF) ? (int)(answer & 0xFF) : -1;
}

RAM_CODE bool xs_ota_nor_erase(uint32_t offset)
{
	volatile uint32_t *at = word_at(offset);

	begin_command();
	*at = BOTH(ERASE);
	*at = BOTH(CONFIRM);
	return finish(at);
}

RAM_CODE bool xs_ota_nor_program(uint32_t offset, const uint32_t *words, uint32_t count)
{
	volatile uint32_t *at = word_at(offset);

	begin_command();
	*at = BOTH(WRITE_BUFFER);
	wait_ready(at);
	*at = BOTH(count - 1);	/* each chip has a half of every word */
	for (uint32_t i = 0; i < count; i++)
		at[i] = words[i];
	*at = BOTH(CONFIRM);
	return finish(at);
}
