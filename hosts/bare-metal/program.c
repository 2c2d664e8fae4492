/* SPDX-License-Identifier: MIT
 * The program in the image: size of the bundle, the bundle, a prepared machine. toolchain/machine-code.ts puts the first
 * two there, prepared.c the third. */
#include "program.h"

#include "prepared.h"

extern char __heap_start[], __heap_end[];

extern const uint8_t __bundle[];

/* For a machine that is made from nothing, with all its modules in RAM. */
static const xsCreation whole = {
	.initialChunkSize = 16 * 1024, .incrementalChunkSize = 4 * 1024,
	.initialHeapCount = 4608, .incrementalHeapCount = 256,
	.stackCount = 1024,
	.initialKeyCount = 2048, .incrementalKeyCount = 64,
	.nameModulo = 257, .symbolModulo = 31
};

/* For a clone of a prepared one: small to begin with, for the heap is shared with sockets and crypto. The tables of
 * names are as long as in the other. */
static const xsCreation clone = {
	.initialChunkSize = 8 * 1024, .incrementalChunkSize = 2 * 1024,
	.initialHeapCount = 1024, .incrementalHeapCount = 128,
	.stackCount = 1024,
	.initialKeyCount = 64, .incrementalKeyCount = 32,
	.nameModulo = 257, .symbolModulo = 31
};

static uint32_t read_u32(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

XsOtaProgram xs_ota_program(void)
{
	XsOtaProgram program = {
		.bundle = (uint8_t *)__bundle + 4,	/* linked beforehand: never written */
		.size = read_u32(__bundle),
		.memory_limit = (size_t)(__heap_end - __heap_start)
	};

	program.prepared = xs_ota_prepared_machine(xs_ota_prepared_after(&program));
	program.creation = program.prepared ? &clone : &whole;
	return program;
}
