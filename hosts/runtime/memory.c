/* SPDX-License-Identifier: MIT */
#include "xsAll.h"

#include "memory.h"

static XsOtaArena *arena;

void xs_ota_memory_use(XsOtaArena *used)
{
	arena = used;
}

void xs_ota_memory_open(xsMachine *machine)
{
	txMachine *the = (txMachine *)machine;

	the->memoryUsed = 0;
	the->memoryLimit = SIZE_MAX;
}

void xs_ota_memory_limit(xsMachine *machine, size_t limit)
{
	((txMachine *)machine)->memoryLimit = limit;
}

/* An allocation and its size, so that freeing can be counted. Aligned as malloc's results are. */
typedef union Counted {
	size_t size;
	max_align_t alignment;
} Counted;

static void *try_to_allocate(txMachine *the, size_t size)
{
	Counted *block;

	if (size > the->memoryLimit - the->memoryUsed)
		return NULL;
	block = c_malloc(sizeof(Counted) + size);
	if (!block)
		return NULL;
	block->size = size;
	the->memoryUsed += size;
	return block + 1;
}

static void release(txMachine *the, void *memory)
{
	Counted *block = (Counted *)memory - 1;

	if (!memory)
		return;
	the->memoryUsed -= block->size;
	c_free(block);
}

/* XS makes a block for a chunk that no block has room for, and keeps it for good. Those larger than `size` that have been
 * empty since it last collected go; one always stays. */
static void release_blocks(txMachine *the, txSize size)
{
	for (txBlock **at = &the->firstBlock; *at && (*at)->nextBlock;) {
		txBlock *block = *at;
		txSize room = (txSize)(block->limit - (txByte *)(block + 1));

		if (block->current > (txByte *)(block + 1) || room <= size) {
			at = &block->nextBlock;
			continue;
		}
		*at = block->nextBlock;
		the->maximumChunksSize -= room;
		release(the, block);
	}
}

/* The smallest ones are what XS would make next. */
void xs_ota_memory_trim(xsMachine *machine)
{
	txMachine *the = (txMachine *)machine;

	release_blocks(the, the->minimumChunksSize);
}

static void *allocate(txMachine *the, size_t size)
{
	void *memory = try_to_allocate(the, size);

	if (memory || !the->firstBlock)
		return memory;
	release_blocks(the, 0);
	return try_to_allocate(the, size);
}

static void *take(char **area, size_t size)
{
	char *taken = *area;

	*area += size;
	return taken;
}

void *fxAllocateChunks(txMachine *the, txSize size)
{
	if (arena)
		return take(&arena->chunks, (size_t)size);
	return allocate(the, (size_t)size);
}

void fxFreeChunks(txMachine *the, void *chunks)
{
	release(the, chunks);
}

/* The first slots are the stack, which has no place in an arena; its slots are clear until they are used. */
txSlot *fxAllocateSlots(txMachine *the, txSize count)
{
	size_t size = (size_t)count * sizeof(txSlot);
	txSlot *slots;

	if (the->stackBottom)
		return arena ? (txSlot *)take(&arena->slots, size) : allocate(the, size);
	slots = allocate(the, size);
	if (slots)
		c_memset(slots, 0, size);
	return slots;
}

void fxFreeSlots(txMachine *the, void *slots)
{
	release(the, slots);
}
