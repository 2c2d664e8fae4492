/* SPDX-License-Identifier: MIT
 * The C half of usage.ts. */
#include "xsAll.h"

#include <malloc.h>

/* in the order of the names in usage.ts */
static double read_usage(const txMachine *the, int index)
{
	switch (index) {
	case 0: return (double)the->currentHeapCount * sizeof(txSlot);
	case 1: return the->currentChunksSize;
	default: return (double)mallinfo2().uordblks;
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
