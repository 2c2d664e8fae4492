/* SPDX-License-Identifier: MIT
 * The C half of usage.ts. */
#include "xsAll.h"

#include "idle.h"
#include "stack-use.h"

#include <malloc.h>
#include <unistd.h>

enum { CLEAR_SLOTS = 64 };

extern char __heap_start[], __heap_end[], __bss_end[], __data_start[];

static bool is_clear(const txSlot *slot)
{
	return slot->kind == XS_UNDEFINED_KIND && slot->value.reference == NULL;
}

/* XS's stack grows down, and was clear when it was allocated. It ends where many slots still are: at the other end, XS
 * has its work space for numbers and regular expressions. */
static size_t stack_peak(const txMachine *the)
{
	const txSlot *lowest = the->stack;
	int clear = 0;

	for (const txSlot *slot = lowest - 1; slot >= the->stackBottom && clear < CLEAR_SLOTS; slot--) {
		clear = is_clear(slot) ? clear + 1 : 0;
		if (clear == 0)
			lowest = slot;
	}
	return (size_t)((const char *)the->stackTop - (const char *)lowest);
}

/* in the order of the names in usage.ts */
static double read_usage(const txMachine *the, int index)
{
	switch (index) {
	case 0: return (double)the->currentHeapCount * sizeof(txSlot);
	case 1: return (double)the->peakHeapCount * sizeof(txSlot);
	case 2: return (double)the->maximumHeapCount * sizeof(txSlot);
	case 3: return the->currentChunksSize;
	case 4: return the->peakChunksSize;
	case 5: return the->maximumChunksSize;
	case 6: return (double)stack_peak(the);
	case 7: return (double)((const char *)the->stackTop - (const char *)the->stackBottom);
	case 8: return (double)mallinfo().uordblks;
	case 9: return (double)((char *)sbrk(0) - __heap_start);
	case 10: return (double)(__heap_end - __heap_start);
	case 11: return (double)xs_ota_stack_peak();
	case 12: return (double)xs_ota_stack_size();
	case 13: return (double)(__bss_end - __data_start);
	default: return (double)xs_ota_busy_microseconds();
	}
}

/* read(index): a number */
void xs_otausage_read(txMachine *the)
{
	fxNumber(the, mxResult, read_usage(the, fxToInteger(the, mxArgv(0))));
}

/* collect() */
void xs_otausage_collect(txMachine *the)
{
	fxCollectGarbage(the);
}
