/* SPDX-License-Identifier: MIT
 * The C half of memory-use.ts. */
#include "xsAll.h"

#include <malloc.h>

void xs_otamemory_collect(txMachine *the)
{
	fxCollectGarbage(the);
}

void xs_otamemory_slots(txMachine *the)
{
	fxNumber(the, mxResult, (double)the->currentHeapCount * sizeof(txSlot));
}

void xs_otamemory_chunks(txMachine *the)
{
	fxNumber(the, mxResult, the->currentChunksSize);
}

void xs_otamemory_heap(txMachine *the)
{
	fxNumber(the, mxResult, (double)mallinfo2().uordblks);
}
