/* SPDX-License-Identifier: MIT
 * malloc and free of the SDK's one heap. The C library's own would grow from the end of the variables up to the stack
 * pointer, and that of a task lies below them: it would never give anything. Source: FreeRTOS heap_4.c, as Moddable has it. */
#include "FreeRTOS.h"

#include <stdlib.h>

void *pvPortCalloc(size_t count, size_t size);
void *pvPortRealloc(void *block, size_t size);

void *malloc(size_t size)
{
	return pvPortMalloc(size);
}

void *calloc(size_t count, size_t size)
{
	return pvPortCalloc(count, size);
}

void *realloc(void *block, size_t size)
{
	return pvPortRealloc(block, size);
}

void free(void *block)
{
	vPortFree(block);
}
