/* SPDX-License-Identifier: MIT
 *
 * The anti-rollback security counter, unary: it is the number of records that are not erased. It can only grow,
 * and nothing is ever erased. Source: docs/flash-format.md, "Counter".
 */
#include "core.h"
#include <string.h>

bool ota_counter_can_store(const OtaCore *core, uint32_t counter)
{
	const OtaGeometry *geometry = &core->port->geometry[OTA_COUNTER];
	return geometry->size == 0 || counter <= geometry->size / geometry->write_size;
}

int ota_counter_read(const OtaCore *core, uint32_t *counter)
{
	const OtaGeometry *geometry = &core->port->geometry[OTA_COUNTER];
	*counter = 0;
	for (uint32_t at = 0; at < geometry->size; at += geometry->write_size) {
		bool set;
		if (ota_field_is_set(core, OTA_COUNTER, at, geometry->write_size, &set) != 0)
			return -1;
		if (!set)
			break;
		++*counter;
	}
	return 0;
}

int ota_counter_raise(const OtaCore *core, uint32_t counter)
{
	const OtaGeometry *geometry = &core->port->geometry[OTA_COUNTER];
	uint8_t record[OTA_ALIGN_MAX];
	uint32_t stored;
	if (geometry->size == 0)
		return 0;
	if (ota_counter_read(core, &stored) != 0 || !ota_counter_can_store(core, counter))
		return -1;
	memset(record, geometry->erased_byte, sizeof record);
	record[0] = 0x01;
	for (; stored < counter; stored++) {
		uint32_t at = stored * geometry->write_size;
		bool set;	/* behind a gap, which only damage leaves: a second write is not allowed */
		if (ota_field_is_set(core, OTA_COUNTER, at, geometry->write_size, &set) != 0)
			return -1;
		if (!set && core->port->write(core->port->context, OTA_COUNTER, at, record, geometry->write_size) != 0)
			return -1;
	}
	return 0;
}
