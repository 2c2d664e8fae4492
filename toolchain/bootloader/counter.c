/* SPDX-License-Identifier: MIT
 *
 * The anti-rollback security counter, unary: it is the number of records that are set. It can only grow, and nothing
 * is ever erased. Source: docs/flash-format.md, "Counter".
 */
#include "core.h"
#include <string.h>

/* Bits of a record that must have left the erased state for it to be set: one that flips by itself is no count. */
#define SET_BITS 4u

bool ota_counter_can_store(const OtaCore *core, uint32_t counter)
{
	const OtaGeometry *geometry = &core->port->geometry[OTA_COUNTER];
	return geometry->size == 0 || counter <= geometry->size / geometry->write_size;
}

static uint32_t count_bits(uint8_t byte)
{
	uint32_t bits = 0;
	for (; byte != 0; byte &= (uint8_t)(byte - 1))
		bits++;
	return bits;
}

/* Bits of a record that are not erased. */
static int changed_bits(const OtaCore *core, uint32_t at, uint32_t *bits)
{
	const OtaGeometry *geometry = &core->port->geometry[OTA_COUNTER];
	uint8_t record[OTA_ALIGN_MAX];
	int failed = core->port->read(core->port->context, OTA_COUNTER, at, record, geometry->write_size);
	*bits = 0;
	for (uint32_t i = 0; !failed && i < geometry->write_size; i++)
		*bits += count_bits(record[i] ^ geometry->erased_byte);
	return failed;
}

int ota_counter_read(const OtaCore *core, uint32_t *counter)
{
	const OtaGeometry *geometry = &core->port->geometry[OTA_COUNTER];
	uint32_t bits = 1;
	*counter = 0;
	for (uint32_t at = 0; at < geometry->size && bits > 0; at += geometry->write_size) {
		if (changed_bits(core, at, &bits) != 0)
			return -1;
		*counter += bits >= SET_BITS;
	}
	return 0;
}

/* A record with some bits, too few to be set, cannot be written again: the next one takes its place. */
int ota_counter_raise(const OtaCore *core, uint32_t counter)
{
	const OtaGeometry *geometry = &core->port->geometry[OTA_COUNTER];
	uint8_t record[OTA_ALIGN_MAX];
	uint32_t stored = 0, bits;
	memset(record, (uint8_t)~geometry->erased_byte, sizeof record);
	for (uint32_t at = 0; at < geometry->size && stored < counter; at += geometry->write_size) {
		if (changed_bits(core, at, &bits) != 0)
			return -1;
		if (bits == 0 && core->port->write(core->port->context, OTA_COUNTER, at, record, geometry->write_size) != 0)
			return -1;
		stored += bits == 0 || bits >= SET_BITS;
	}
	return geometry->size == 0 || stored >= counter ? 0 : -1;
}
