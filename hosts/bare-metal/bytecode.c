/* SPDX-License-Identifier: MIT */
#include "xsAll.h"
#include "xsScript.h"

#include "bundle.h"
#include "bytecode.h"

/* Bytes of an instruction; 0 when it has an id, and negative, bytes of a length, when that many more follow. */
extern const txS1 gxCodeSizes[XS_CODE_COUNT];

static size_t read_size(const txU1 *bytes, int width)
{
	size_t size = 0;

	for (int i = 0; i < width; i++)
		size |= (size_t)bytes[i] << 8 * i;
	return size;
}

const txU1 *xs_ota_bytecode_next(const txU1 *instruction)
{
	txS1 size = gxCodeSizes[*instruction];

	if (size < 0)
		return instruction + 1 - size + read_size(instruction + 1, -size);
	return instruction + (size ? (size_t)size : 1 + sizeof(txID));
}

/* The length of the function's body that begins behind this instruction; 0 when it makes no function. */
static size_t body_behind(const txU1 *instruction)
{
	switch (*instruction) {
	case XS_CODE_CODE_ARCHIVE_1:
	case XS_CODE_CODE_ARCHIVE_2:
	case XS_CODE_CODE_ARCHIVE_4:
		return read_size(instruction + 1, gxCodeSizes[*instruction] - 1);
	default:
		return 0;
	}
}

size_t xs_ota_bytecode_body_size(const txU1 *body)
{
	const txU1 *at, *before = NULL;
	XsOtaModule module;
	uint32_t number = 0;

	do
		xs_ota_bundle_lent_at(number++, &module);
	while (body < (txU1 *)module.code || body >= (txU1 *)module.code + module.code_size);
	for (at = (txU1 *)module.code; at < body; at = xs_ota_bytecode_next(at))
		before = at;
	return before ? body_behind(before) : 0;
}

const char *xs_ota_bytecode_text(const txU1 *instruction)
{
	switch (*instruction) {
	case XS_CODE_STRING_ARCHIVE_1:
	case XS_CODE_STRING_ARCHIVE_2:
	case XS_CODE_STRING_ARCHIVE_4:
		return (const char *)instruction + 1 - gxCodeSizes[*instruction];
	default:
		return NULL;
	}
}
