/* SPDX-License-Identifier: MIT */
#include "stack-use.h"

#include <stdint.h>

enum { PATTERN = 0x5AC35AC3, MARGIN = 128 };	/* the margin is for the frames of this function and its caller */

extern uint32_t __stack_limit[], __stack_top[];

void xs_ota_stack_paint(void)
{
	volatile char here = 0;
	uint32_t *end = (uint32_t *)(((uintptr_t)&here - MARGIN) / sizeof(uint32_t) * sizeof(uint32_t));

	for (volatile uint32_t *word = __stack_limit; word < end; word++)
		*word = PATTERN;
}

size_t xs_ota_stack_peak(void)
{
	const uint32_t *word = __stack_limit;

	while (word < __stack_top && *word == PATTERN)
		word++;
	return (size_t)((const char *)__stack_top - (const char *)word);
}

size_t xs_ota_stack_size(void)
{
	return (size_t)((const char *)__stack_top - (const char *)__stack_limit);
}
