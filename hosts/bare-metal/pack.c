/* SPDX-License-Identifier: MIT */
#include "xsAll.h"

#include "pack.h"

enum { FIRST = 1, SECOND = 2, BOTH = FIRST | SECOND };

/* Which words of a slot's value point to slots; of other kinds none does. Source: XS, xsMemory.c, fxMarkReference. */
static const uint8_t pointers[] = {
	[XS_REFERENCE_KIND] = FIRST,
	[XS_CLOSURE_KIND] = FIRST,
	[XS_INSTANCE_KIND] = BOTH,
	[XS_CALLBACK_KIND] = SECOND,
	[XS_CALLBACK_X_KIND] = SECOND,
	[XS_CODE_X_KIND] = SECOND,
	[XS_ACCESSOR_KIND] = BOTH,
	[XS_ENTRY_KIND] = FIRST,
	[XS_ERROR_KIND] = FIRST,
	[XS_EXPORT_KIND] = BOTH,
	[XS_HOME_KIND] = BOTH,
	[XS_LIST_KIND] = BOTH,
	[XS_MODULE_KIND] = FIRST,
	[XS_PRIVATE_KIND] = BOTH,
	[XS_PROGRAM_KIND] = FIRST,
	[XS_PROXY_KIND] = BOTH,
	[XS_WEAK_ENTRY_KIND] = BOTH,
	[XS_WEAK_MAP_KIND] = BOTH,
	[XS_WEAK_REF_KIND] = BOTH,
	[XS_WEAK_SET_KIND] = BOTH,
	[XS_FINALIZATION_CELL_KIND] = BOTH,
	[XS_FINALIZATION_REGISTRY_KIND] = FIRST,
};

typedef void (*Visit)(txSlot **pointer);

static struct {
	txSlot *first, *end;
	txSlot **places;	/* of each slot: NULL until something leads to it, then itself, one that says the same, or where it goes */
	txSlot **list;	/* slots that are reached and not yet looked into; then a table of those that differ */
	size_t count;
} pack;

static bool is_packed(const txSlot *slot)
{
	return slot >= pack.first && slot < pack.end;
}

static txSlot **place_of(const txSlot *slot)
{
	return &pack.places[slot - pack.first];
}

static void visit_all(txSlot **slots, size_t count, Visit visit)
{
	while (count--)
		visit(slots++);
}

static void visit_value(txMachine *the, txSlot *slot, Visit visit)
{
	int words = (uint8_t)slot->kind < sizeof(pointers) ? pointers[(uint8_t)slot->kind] : 0;

	if (words & FIRST)
		visit(&slot->value.list.first);
	if (words & SECOND)
		visit(&slot->value.list.last);
	if (slot->kind == XS_MAP_KIND || slot->kind == XS_SET_KIND)
		visit_all(slot->value.table.address, (size_t)slot->value.table.length, visit);
	if (slot->kind == XS_ARRAY_KIND && slot->value.array.address)
		for (txIndex i = 0, count = fxGetIndexSize(the, slot); i < count; i++)
			visit_value(the, slot->value.array.address + i, visit);
}

static void visit_slot(txMachine *the, txSlot *slot, Visit visit)
{
	visit(&slot->next);
	visit_value(the, slot, visit);
}

/* What a clone of the machine begins with. */
static void visit_roots(txMachine *the, Visit visit)
{
	for (txSlot *slot = the->stack; slot < the->stackTop; slot++)
		visit_value(the, slot, visit);
	visit_all(the->keyArray, (size_t)the->keyIndex, visit);
	visit_all(the->nameTable, (size_t)the->nameModulo, visit);
	visit_all(the->symbolTable, (size_t)the->symbolModulo, visit);
}

static void reach(txSlot **pointer)
{
	if (!is_packed(*pointer) || *place_of(*pointer))
		return;
	*place_of(*pointer) = *pointer;
	pack.list[pack.count++] = *pointer;
}

static void reach_all(txMachine *the)
{
	visit_roots(the, reach);
	while (pack.count)
		visit_slot(the, pack.list[--pack.count], reach);
}

static void redirect(txSlot **pointer)
{
	while (is_packed(*pointer) && *place_of(*pointer) != *pointer)
		*pointer = *place_of(*pointer);
}

/* Clears what is left in a value from before. */
static void clear_unused(txSlot *slot)
{
	switch (slot->kind) {
	case XS_UNINITIALIZED_KIND:
	case XS_UNDEFINED_KIND:
	case XS_NULL_KIND:
		slot->value.list.first = NULL;
		slot->value.list.last = NULL;
		break;
	case XS_BOOLEAN_KIND:
	case XS_INTEGER_KIND:
	case XS_STRING_X_KIND:
	case XS_REFERENCE_KIND:
	case XS_CLOSURE_KIND:
		slot->value.list.last = NULL;
		break;
	default:
		break;
	}
}

static size_t hash(const txSlot *slot)
{
	const uint32_t *words = (const uint32_t *)slot;
	uint32_t sum = 0;

	for (size_t i = 0; i < sizeof(*slot) / sizeof(*words); i++)
		sum = (sum ^ words[i]) * 0x9E3779B1u;
	return sum >> 8;
}

/* The first slot in the table that says the same; the slot itself if it is that. */
static txSlot *find_same(txSlot *slot, size_t size)
{
	size_t at = hash(slot) % size;

	while (pack.list[at] && c_memcmp(pack.list[at], slot, sizeof(*slot)) != 0)
		at = (at + 1) % size;
	if (!pack.list[at])
		pack.list[at] = slot;
	return pack.list[at];
}

/* Returns whether there were any that say the same: then those that lead to them may do so, too. */
static bool fold(txMachine *the)
{
	size_t count = (size_t)(pack.end - pack.first), size = 2 * count;
	bool folded = false;

	c_memset(pack.list, 0, size * sizeof(*pack.list));
	for (txSlot *slot = pack.first; slot < pack.end; slot++) {
		if (*place_of(slot) != slot)
			continue;
		visit_slot(the, slot, redirect);
		if (slot->kind == XS_INSTANCE_KIND)
			continue;
		*place_of(slot) = find_same(slot, size);
		folded |= *place_of(slot) != slot;
	}
	return folded;
}

static char *move(txMachine *the, char *to)
{
	txSlot *heap = (txSlot *)to, *end = heap + 1;

	for (txSlot *slot = pack.first; slot < pack.end; slot++)
		if (*place_of(slot) == slot)
			*place_of(slot) = end++;
	for (txSlot *slot = pack.first; slot < pack.end; slot++) {
		txSlot *place = *place_of(slot);

		if (!place || is_packed(place))
			continue;
		visit_slot(the, slot, redirect);
		*place = *slot;
	}
	visit_roots(the, redirect);
	*heap = (txSlot){ .value.reference = end };
	the->firstHeap = heap;
	the->freeHeap = NULL;
	return (char *)end;
}

void xs_ota_pack_begin(txMachine *the, txSlot *first, txSlot *end)
{
	pack.first = first;
	pack.end = end;
	pack.places = (txSlot **)end;
	pack.list = pack.places + (end - first);
	pack.count = 0;
	c_memset(pack.places, 0, (size_t)((char *)pack.list - (char *)pack.places));
	reach_all(the);
	for (txSlot *slot = first; slot < end; slot++) {
		if (*place_of(slot))
			clear_unused(slot);
		else
			slot->kind = XS_UNDEFINED_KIND;
	}
}

char *xs_ota_pack_end(txMachine *the, char *to)
{
	while (fold(the))
		;
	return move(the, to);
}
