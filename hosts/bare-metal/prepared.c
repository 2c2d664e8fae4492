/* SPDX-License-Identifier: MIT */
#include "xsAll.h"

#include "bundle.h"
#include "keep.h"
#include "machine.h"
#include "memory.h"
#include "pack.h"
#include "port.h"
#include "prepared.h"
#include "prune.h"

enum { MAGIC = 0x31505358, ALIGNMENT = 32, ROOM_FOR_SLOTS = 4 * 1024 * 1024 };

const XsOtaPrepared *xs_ota_prepared_after(const XsOtaProgram *program)
{
	uintptr_t end = (uintptr_t)program->bundle + program->size;

	return (const XsOtaPrepared *)((end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
}

xsMachine *xs_ota_prepared_machine(const XsOtaPrepared *prepared)
{
	return prepared->magic == MAGIC && prepared->self == prepared ? prepared->machine : NULL;
}

/* XS compacts chunks only. Collecting before each module keeps holes between the slots few. */
static void evaluate(txMachine *the)
{
	XsOtaModule module;

	for (uint32_t i = 0; i < xs_ota_bundle_prepared_count(); i++) {
		xs_ota_bundle_lent_at(i, &module);
		fxCollectGarbage(the);
		xs_ota_machine_import(the, module.name);
		xs_ota_machine_settle(the);
	}
}

static void freeze_items(txMachine *the, txSlot *array)
{
	txSlot *item = array->value.array.address;

	for (txIndex count = fxGetIndexSize(the, array); count > 0; count--, item++)
		item->flag |= XS_DONT_DELETE_FLAG | (item->kind == XS_ACCESSOR_KIND ? 0 : XS_DONT_SET_FLAG);
}

static void freeze(txMachine *the, txSlot *instance)
{
	instance->flag |= XS_DONT_PATCH_FLAG;
	for (txSlot *property = instance->next; property; property = property->next) {
		property->flag |= XS_DONT_DELETE_FLAG | (property->kind == XS_ACCESSOR_KIND ? 0 : XS_DONT_SET_FLAG);
		if (property->kind == XS_ARRAY_KIND)
			freeze_items(the, property);
	}
}

/* Functions, and objects of XS's own that are changed in a chunk, which nobody can: XS then throws a TypeError. Other
 * objects of the application's can still be changed; XS gives them a copy in RAM when they are. */
static bool is_fixed(const txSlot *instance)
{
	switch (instance->next ? instance->next->kind : XS_UNDEFINED_KIND) {
	case XS_CALLBACK_KIND:
	case XS_CALLBACK_X_KIND:
	case XS_CODE_KIND:
	case XS_CODE_X_KIND:
	case XS_ARRAY_BUFFER_KIND:
	case XS_DATA_VIEW_KIND:
	case XS_DATE_KIND:
	case XS_MAP_KIND:
	case XS_REGEXP_KIND:
	case XS_SET_KIND:
	case XS_TYPED_ARRAY_KIND:
	case XS_WEAK_MAP_KIND:
	case XS_WEAK_SET_KIND:
		return true;
	default:
		return false;
	}
}

/* What leads to the variables that a function holds looks like an object, and is none: XS need not be able to copy it, and
 * it can be the same for many functions. */
static void hide_environment(txSlot *instance)
{
	if (instance->flag & XS_EXOTIC_FLAG && instance->next->ID == XS_ENVIRONMENT_BEHAVIOR)
		instance->kind = XS_NULL_KIND;
}

/* What C keeps of an object is in RAM, which each start begins anew: the image would point to what is not there. */
static void refuse_host_data(txMachine *the, txSlot *slot)
{
	(void)the;
	if (slot->kind != XS_HOST_KIND || slot->flag & XS_HOST_CHUNK_FLAG || !slot->value.host.data)
		return;
	xs_ota_port_log("a module keeps an object of C's, such as a timer or a digest: its memory is not in the image");
	xs_ota_port_power_off(1);
}

/* Calls back for each slot of the heap. */
static void each_slot(txMachine *the, void (*visit)(txMachine *the, txSlot *slot))
{
	for (txSlot *heap = the->firstHeap; heap; heap = heap->next)
		for (txSlot *slot = heap + 1; slot < heap->value.reference; slot++)
			visit(the, slot);
}

static void freeze_fixed(txMachine *the, txSlot *slot)
{
	if (slot->kind != XS_INSTANCE_KIND)
		return;
	if (is_fixed(slot))
		freeze(the, slot);
	hide_environment(slot);
}

static void freeze_built_ins(txMachine *the)
{
	for (int i = mxInstanceInspectorsStackIndex + 1; i < mxStackIndexCount; i++) {
		txSlot *slot = &the->stackTop[-1 - i];

		if (slot->kind == XS_REFERENCE_KIND)
			freeze(the, slot->value.reference);
	}
}

/* The global object looks its properties up in a table that it fills as it goes: an ordinary object needs none. */
static void make_global_ordinary(txMachine *the)
{
	txSlot *global = mxGlobal.value.reference;

	global->flag &= ~XS_EXOTIC_FLAG;
	global->next = global->next->next;
}

/* Chunks in flash are neither marked nor moved: values that may be copied to RAM must not look as if they were. */
static void petrify_value(txSlot *slot)
{
	switch (slot->kind) {
	case XS_STRING_KIND: slot->kind = XS_STRING_X_KIND; break;
	case XS_BIGINT_KIND: slot->kind = XS_BIGINT_X_KIND; break;
	case XS_KEY_KIND: slot->kind = XS_KEY_X_KIND; break;
	case XS_CODE_KIND: slot->kind = XS_CODE_X_KIND; break;
	default: break;
	}
}

static void petrify(txMachine *the, txSlot *slot)
{
	petrify_value(slot);
	if (slot->kind == XS_REGEXP_KIND)
		slot->value.regexp.data = NULL;	/* XS then allocates what a match needs */
	if (slot->kind == XS_ARRAY_KIND && slot->value.array.address) {
		txSlot *item = slot->value.array.address;

		for (txIndex count = fxGetIndexSize(the, slot); count > 0; count--)
			petrify_value(item++);
	}
}

static void *append(char **end, const void *bytes, size_t size)
{
	char *copy = *end;

	c_memcpy(copy, bytes, size);
	*end += (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	return copy;
}

/* The machine itself, and what else of it is in RAM. */
static xsMachine *append_machine(char **end, const txMachine *the)
{
	size_t stack_count = (size_t)(the->stackTop - the->stack);
	txMachine *copy = append(end, the, sizeof(*the));

	copy->keyArray = append(end, the->keyArray, the->keyIndex * sizeof(*the->keyArray));
	copy->nameTable = append(end, the->nameTable, (size_t)the->nameModulo * sizeof(*the->nameTable));
	copy->symbolTable = append(end, the->symbolTable, (size_t)the->symbolModulo * sizeof(*the->symbolTable));
	copy->stack = append(end, the->stack, stack_count * sizeof(*the->stack));
	copy->stackBottom = copy->stack;
	copy->stackTop = copy->stack + stack_count;
	copy->context = NULL;
	return (xsMachine *)copy;
}

static char *align(char *address)
{
	return (char *)(((uintptr_t)address + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
}

static char *end_of_chunks(const txMachine *the)
{
	txByte *end = NULL;

	for (const txBlock *block = the->firstBlock; block; block = block->nextBlock)
		if (block->current > end)
			end = block->current;
	return align((char *)end);
}

static txMachine *make(XsOtaArena *arena, const XsOtaProgram *program)
{
	txMachine *the;

	xs_ota_memory_use(arena);
	the = (txMachine *)xs_ota_run_create(program);
	evaluate(the);
	fxCollectGarbage(the);
	each_slot(the, refuse_host_data);
	each_slot(the, xs_ota_prune_prototype);
	each_slot(the, freeze_fixed);
	freeze_built_ins(the);
	make_global_ordinary(the);
	fxShareMachine(the);
	mxHosts = mxUndefined;	/* a list of all modules that no clone looks at */
	if (xs_ota_prune(the))
		each_slot(the, xs_ota_prune_slot);
	each_slot(the, petrify);
	for (txSlot *slot = the->stack; slot < the->stackTop; slot++)
		petrify_value(slot);
	xs_ota_memory_use(NULL);
	return the;
}

static void keep_values(txMachine *the, txSlot *slot)
{
	xs_ota_keep(slot);
	if (slot->kind == XS_ARRAY_KIND && slot->value.array.address)
		for (txIndex i = 0, count = fxGetIndexSize(the, slot); i < count; i++)
			xs_ota_keep(slot->value.array.address + i);
}

/* Copies what the machine needs of the modules behind its chunks. */
static char *keep_from_modules(txMachine *the, char *end)
{
	xs_ota_keep_begin(end);
	each_slot(the, keep_values);
	for (txSlot *slot = the->stack; slot < the->stackTop; slot++)
		xs_ota_keep(slot);
	return align(xs_ota_keep_end());
}

/* The modules are not in the image, for what they do once has been done. They go to where nothing else will be. */
static void lend_modules(XsOtaProgram *program)
{
	const char *problem = xs_ota_bundle_open(program->bundle, program->size);
	uint8_t *lent = program->bundle + 2 * ROOM_FOR_SLOTS;
	uint32_t size;

	if (problem) {
		xs_ota_port_log(problem);
		xs_ota_port_power_off(1);
	}
	size = (uint32_t)xs_ota_bundle_kept_size();
	c_memcpy(lent, program->bundle + size, program->size - size);
	c_memset(program->bundle + size, 0, program->size - size);
	xs_ota_bundle_lend(lent, program->size - size);
	c_memcpy(program->bundle - sizeof(size), &size, sizeof(size));
	program->size = size;
}

static void prepare(const XsOtaProgram *program)
{
	XsOtaPrepared *prepared = (XsOtaPrepared *)xs_ota_prepared_after(program);
	char *first = (char *)program->bundle + 3 * ROOM_FOR_SLOTS, *chunks = (char *)program->bundle + ROOM_FOR_SLOTS, *end;
	txMachine *the = NULL;

	/* Made twice: how long its slots are is known only then, and its chunks are to follow them. */
	for (int i = 0; i < 2; i++) {
		XsOtaArena arena = { .slots = first, .chunks = chunks };

		the = make(&arena, program);
		xs_ota_pack_begin(the, (txSlot *)first, (txSlot *)arena.slots);
		end = keep_from_modules(the, end_of_chunks(the));
		chunks = xs_ota_pack_end(the, (char *)(prepared + 1));
	}
	prepared->machine = append_machine(&end, the);
	prepared->self = prepared;
	prepared->size = (uint32_t)(end - (char *)prepared);
	prepared->magic = MAGIC;
}

void xs_ota_prepare(XsOtaProgram *program)
{
	lend_modules(program);
	prepare(program);
}
