/* SPDX-License-Identifier: MIT
 * Two 16-bit chips side by side: every command goes to both, in both halves of a word. Sources: JEDEC JESD68.01
 * (CFI query), Intel 28F256J3 datasheet section 9 (command set 0x0001). */
#include "nor.h"

#include "registers.h"

#define BOTH(command) ((command) * 0x00010001u)
enum {
	READ_ARRAY = 0xFF, READ_QUERY = 0x98, CLEAR_STATUS = 0x50,
	ERASE = 0x20, WRITE_BUFFER = 0xE8, CONFIRM = 0xD0,
	STATUS_READY = 0x80, STATUS_ERRORS = 0x3A	/* erase, program, voltage, lock */
};

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

/* Waits for the end of a command, and makes the flash readable again. */
static RAM_CODE bool end_command(volatile uint32_t *at)
{
	uint32_t status = wait_ready(at);

	*at = BOTH(CLEAR_STATUS);
	*at = BOTH(READ_ARRAY);
	return !(status & BOTH(STATUS_ERRORS));
}

RAM_CODE int xs_ota_nor_query(uint32_t index)
{
	uint32_t answer;

	*word_at(0) = BOTH(READ_QUERY);
	answer = *word_at(index * 4);
	*word_at(0) = BOTH(READ_ARRAY);
	return answer == BOTH(answer & 0xFF) ? (int)(answer & 0xFF) : -1;
}

RAM_CODE bool xs_ota_nor_erase(uint32_t offset)
{
	volatile uint32_t *at = word_at(offset);

	*at = BOTH(ERASE);
	*at = BOTH(CONFIRM);
	return end_command(at);
}

RAM_CODE bool xs_ota_nor_program(uint32_t offset, const uint32_t *words, uint32_t count)
{
	volatile uint32_t *at = word_at(offset);

	*at = BOTH(WRITE_BUFFER);
	wait_ready(at);
	*at = BOTH(count - 1);	/* each chip has a half of every word */
	for (uint32_t i = 0; i < count; i++)
		at[i] = words[i];
	*at = BOTH(CONFIRM);
	return end_command(at);
}
