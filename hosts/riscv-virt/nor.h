/* SPDX-License-Identifier: MIT
 * Commands of the NOR flash. While one is under way the flash cannot be read, and code cannot run from it: these
 * functions are in RAM, call nothing that is not, and take their bytes from RAM. */
#ifndef XS_OTA_NOR_H
#define XS_OTA_NOR_H

#include <stdbool.h>
#include <stdint.h>

#define RAM_CODE __attribute__((noinline, section(".ram_code")))

/* Bytes that the chips together take in one program command; they start at a multiple of it. */
enum { NOR_BUFFER_SIZE = 2048 };

/* From now on a store to the flash is a fault, unless these functions make it: to the chips it would be a command. */
void xs_ota_nor_protect(void);

/* A byte of the CFI query table, the same of all chips side by side; -1 when they differ. */
int xs_ota_nor_query(uint32_t index);

/* Erases the block at `offset`. False when the chips report an error. */
bool xs_ota_nor_erase(uint32_t offset);

/* Programs `count` words, all inside one buffer's place. False when the chips report an error. */
bool xs_ota_nor_program(uint32_t offset, const uint32_t *words, uint32_t count);

#endif
