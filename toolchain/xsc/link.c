/* SPDX-License-Identifier: MIT
 * Links a bundle for code that runs from flash: every symbol gets the id that a new machine will give it, so that
 * nothing of the bundle has to be written, or copied to RAM. A machine gives its own names their ids first, in the
 * order of gxIDStrings, and then the bundle's names in theirs: hosts/runtime/bundle.c does and checks that. */
#include "xsc.h"

#define PRIVATE_MARK "\xc2\xaa"	/* ª */

/* ids and what they stand for, in the order in which a machine gives them */
typedef struct Names {
	const char **list;
	size_t count;
	size_t size;
} Names;

static void add(Names *names, const char *name)
{
	if (names->count == names->size) {
		names->size = names->size ? 2 * names->size : 2048;
		names->list = realloc(names->list, names->size * sizeof(*names->list));
		if (!names->list)
			abort();
	}
	names->list[names->count++] = name;
}

static void add_built_in(Names *names)
{
	for (int id = 0; id < XS_ID_COUNT; id++)
		add(names, gxIDStrings[id]);
}

/* The first ids belong to symbols, whose descriptions are no names. */
static txID intern(Names *names, const char *name)
{
	char *copy;

	for (size_t id = XS_SYMBOL_ID_COUNT; id < names->count; id++)
		if (strcmp(names->list[id], name) == 0)
			return (txID)id;
	copy = strdup(name);
	if (!copy)
		abort();
	add(names, copy);
	return (txID)(names->count - 1);
}

extern const txS1 gxCodeSizes[XS_CODE_COUNT];

/* Bytes of what follows an opcode of variable length: a count of 1, 2 or 4 bytes, and what it counts. */
static size_t variable_size(const txByte *operand, int width)
{
	size_t count = 0;

	for (int i = 0; i < width; i++)
		count |= (size_t)(txU1)operand[i] << 8 * i;
	return (size_t)width + count;
}

/* Function bodies and strings stay where they are, instead of being copied to the heap. */
static txU1 in_place(txU1 opcode)
{
	switch (opcode) {
	case XS_CODE_CODE_1: return XS_CODE_CODE_ARCHIVE_1;
	case XS_CODE_CODE_2: return XS_CODE_CODE_ARCHIVE_2;
	case XS_CODE_CODE_4: return XS_CODE_CODE_ARCHIVE_4;
	case XS_CODE_STRING_1: return XS_CODE_STRING_ARCHIVE_1;
	case XS_CODE_STRING_2: return XS_CODE_STRING_ARCHIVE_2;
	case XS_CODE_STRING_4: return XS_CODE_STRING_ARCHIVE_4;
	default: return opcode;
	}
}

static bool has_id(const txByte *p)
{
	return gxCodeSizes[(txU1)*p] == 0;
}

static const txByte *next(const txByte *p)
{
	txS1 size = gxCodeSizes[(txU1)*p];

	return p + (size > 0 ? (size_t)size : size == 0 ? 1 + sizeof(txID) : 1 + variable_size(p + 1, -size));
}

static txID id_after(const txByte *p)
{
	txID id;

	memcpy(&id, p + 1, sizeof(id));
	return id;
}

/* What the name of a variable is there for: an error's text, and a debugger. */
static bool is_variable(const txByte *p)
{
	return (txU1)*p == XS_CODE_NEW_LOCAL || (txU1)*p == XS_CODE_NEW_CLOSURE;
}

/* Which symbols are more to this script than names of variables. */
static bool *find_needed(const txScript *script, txID count)
{
	const txByte *end = script->codeBuffer + script->codeSize;
	bool *needed = calloc((size_t)count + 1, sizeof(*needed));

	if (!needed)
		abort();
	for (const txByte *p = script->codeBuffer; p < end; p = next(p))
		if (has_id(p) && !is_variable(p))
			needed[id_after(p)] = true;
	return needed;
}

/* What the script's symbol numbers become. Names of variables get no id: each would take a slot, and its text. */
static txID *intern_symbols(Names *names, const txScript *script)
{
	const char *name = (const char *)script->symbolsBuffer + sizeof(txID);
	txID count, *ids;
	bool *needed;

	memcpy(&count, script->symbolsBuffer, sizeof(count));
	ids = malloc((size_t)count * sizeof(*ids) + 1);
	if (!ids)
		abort();
	needed = find_needed(script, count);
	ids[0] = XS_NO_ID;
	for (txID i = 1; i < count; i++) {
		ids[i] = needed[i] ? intern(names, name) : XS_NO_ID;
		name += strlen(name) + 1;
	}
	free(needed);
	return ids;
}

/* Properties that were private names can't be listed. Source: toolchain/private-names.ts. */
static void hide_private(const Names *names, txByte *p)
{
	txByte *attributes = p + 1 + sizeof(txID) + 1;

	if ((txU1)*p == XS_CODE_NEW_PROPERTY && strncmp(names->list[id_after(p)], PRIVATE_MARK, strlen(PRIVATE_MARK)) == 0)
		*attributes |= XS_DONT_ENUM_FLAG;
}

static void link_code(const Names *names, txScript *script, const txID *ids)
{
	txByte *end = script->codeBuffer + script->codeSize;

	for (txByte *p = script->codeBuffer; p < end;) {
		txByte *after = (txByte *)next(p);

		if (has_id(p)) {
			memcpy(p + 1, &ids[id_after(p)], sizeof(*ids));
			hide_private(names, p);
		}
		if ((txU1)*p == XS_CODE_CONSTRUCTOR_FUNCTION && (txU1)*next(after) == XS_CODE_BEGIN_STRICT_FIELD)
			*p = (txByte)XS_CODE_FUNCTION;	/* what makes a class's fields is not called with `new`: no prototype */
		*p = (txByte)in_place((txU1)*p);
		p = after;
	}
}

static void write_names(FILE *stream, const Names *names, int prepared)
{
	xsc_write_u32(stream, XS_ID_COUNT);
	xsc_write_u32(stream, (txU4)(names->count - XS_ID_COUNT));
	xsc_write_u32(stream, (txU4)prepared);
	for (size_t id = XS_ID_COUNT; id < names->count; id++)
		fwrite(names->list[id], 1, strlen(names->list[id]) + 1, stream);
}

void xsc_write_linked(FILE *stream, const xscModule *modules, int count, int prepared)
{
	Names names = { 0 };

	add_built_in(&names);
	for (int i = 0; i < count; i++) {
		txID *ids = intern_symbols(&names, modules[i].script);

		link_code(&names, modules[i].script, ids);
		modules[i].script->symbolsSize = 0;
		free(ids);
	}
	xsc_write_header(stream, 'L', count);
	write_names(stream, &names, prepared);
	for (int i = 0; i < count; i++)
		xsc_write_module(stream, &modules[i]);
	for (size_t id = XS_ID_COUNT; id < names.count; id++)
		free((char *)names.list[id]);
	free(names.list);
}
