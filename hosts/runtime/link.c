/* SPDX-License-Identifier: MIT */
#include "xsAll.h"
#include "xsScript.h"

#include "link.h"

/* Gives the module's symbols ids of this machine. False when their list is malformed. */
static bool intern(txMachine *the, const XsOtaModule *module, txID *ids, txID count)
{
	txByte *p = module->symbols + sizeof(txID);
	txByte *end = module->symbols + module->symbols_size;

	ids[0] = XS_NO_ID;
	for (txID i = 1; i < count; i++) {
		if (!memchr(p, 0, (size_t)(end - p)))
			return false;
		ids[i] = fxNewNameX(the, (txString)p);
		p += c_strlen((char *)p) + 1;
	}
	return true;
}

extern const txS1 gxCodeSizes[XS_CODE_COUNT];

/* Bytes that follow an opcode of variable length: a count of 1, 2 or 4 bytes, and what it counts. */
static uint64_t variable_size(const uint8_t *operand, int width)
{
	uint64_t count = operand[0];

	if (width >= 2)
		count |= (uint64_t)operand[1] << 8;
	if (width == 4)
		count |= (uint64_t)operand[2] << 16 | (uint64_t)operand[3] << 24;
	return width + count;
}

/* A function's body is run where it is, not copied into the heap: that is what CODE_ARCHIVE means. */
static txU1 in_place(txU1 opcode)
{
	switch (opcode) {
	case XS_CODE_CODE_1: return XS_CODE_CODE_ARCHIVE_1;
	case XS_CODE_CODE_2: return XS_CODE_CODE_ARCHIVE_2;
	case XS_CODE_CODE_4: return XS_CODE_CODE_ARCHIVE_4;
	default: return opcode;
	}
}

static bool link_id(txByte *operand, const txID *ids, txID count)
{
	txID id;

	c_memcpy(&id, operand, sizeof(id));
	if (id == XS_NO_ID)
		return true;
	if (id >= count)
		return false;
	c_memcpy(operand, &ids[id], sizeof(id));
	return true;
}

/* Replaces the bundle's symbol numbers in the code by ids of this machine. False when the code is malformed. */
static bool link_code(const XsOtaModule *module, const txID *ids, txID count)
{
	uint64_t offset = 0;

	while (offset < module->code_size) {
		txByte *p = module->code + offset;
		uint64_t left = module->code_size - offset;
		txU1 opcode = (txU1)*p;
		txS1 size = opcode < XS_CODE_COUNT ? gxCodeSizes[opcode] : 0;
		uint64_t step = size > 0 ? (uint64_t)size : size == 0 ? 1 + sizeof(txID) : 1 + (uint64_t)-size;

		if (opcode >= XS_CODE_COUNT || step > left)
			return false;
		*p = (txByte)in_place(opcode);
		if (size == 0 && !link_id(p + 1, ids, count))
			return false;
		offset += size < 0 ? 1 + variable_size((uint8_t *)p + 1, -size) : step;
	}
	return offset == module->code_size;
}

bool xs_ota_link_module(txMachine *the, const XsOtaModule *module)
{
	txID count;
	txID *ids;
	bool linked;

	if (module->symbols_size < sizeof(count))
		return false;
	c_memcpy(&count, module->symbols, sizeof(count));
	ids = c_malloc((size_t)count * sizeof(txID) + 1);
	if (!ids)
		fxAbort(the, XS_NOT_ENOUGH_MEMORY_EXIT);
	linked = count > 0 && intern(the, module, ids, count) && link_code(module, ids, count);
	c_free(ids);
	return linked;
}
