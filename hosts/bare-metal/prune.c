/* SPDX-License-Identifier: MIT */
#include "xsAll.h"
#include "xsScript.h"

#include "bundle.h"
#include "bytecode.h"
#include "module-path.h"
#include "prune.h"

typedef bool (*Matches)(const XsOtaModule *module, const txU1 *instruction, const void *what);

/* Whether any instruction of a module matches. */
static bool has(const XsOtaModule *module, Matches matches, const void *what)
{
	const txU1 *at = (txU1 *)module->code, *end = at + module->code_size;

	while (at < end && !matches(module, at, what))
		at = xs_ota_bytecode_next(at);
	return at < end;
}

static bool asks_for_module(const XsOtaModule *module, const txU1 *instruction, const void *what)
{
	(void)module, (void)what;
	return *instruction == XS_CODE_IMPORT || *instruction == XS_CODE_IMPORT_META;
}

/* Static imports name modules by texts; any text that could be such a name counts. */
static bool names(const XsOtaModule *module, const txU1 *instruction, const void *what)
{
	const char *text = xs_ota_bytecode_text(instruction);
	char name[XS_OTA_MODULE_PATH_SIZE], path[XS_OTA_MODULE_PATH_SIZE];

	if (!text || c_strlen(text) >= sizeof(name))
		return false;
	c_strcpy(name, text);
	return xs_ota_module_path(module->name, name, path) && c_strcmp(path, what) == 0;
}

static bool any_here_has(Matches matches, const void *what)
{
	XsOtaModule module;

	for (uint32_t i = 0; xs_ota_bundle_here_at(i, &module); i++)
		if (has(&module, matches, what))
			return true;
	return false;
}

static bool any_lent_asks(void)
{
	XsOtaModule module;

	for (uint32_t i = 0; i < xs_ota_bundle_prepared_count(); i++) {
		xs_ota_bundle_lent_at(i, &module);
		if (has(&module, asks_for_module, NULL))
			return true;
	}
	return false;
}

bool xs_ota_prune(txMachine *the)
{
	txSlot **at = &mxProgram.value.reference->next;	/* in a shared machine: all modules */

	if (any_here_has(asks_for_module, NULL) || any_lent_asks())
		return false;
	while (*at) {
		if (any_here_has(names, fxGetKeyName(the, (*at)->ID)))
			at = &(*at)->next;
		else
			*at = (*at)->next;
	}
	return true;
}

/* By the module that exports it, XS knows whether two modules export the same: a variable tells that as well. From a
 * function's module it goes to the globals: all modules of a shared machine lead to those of the clone. */
void xs_ota_prune_slot(txMachine *the, txSlot *slot)
{
	if (slot->kind == XS_EXPORT_KIND)
		slot->value.export.module = slot->value.export.closure;
	if (slot->kind == XS_HOME_KIND && slot->value.home.module)
		slot->value.home.module = mxProgram.value.reference->next->value.reference;
}

static bool knows_this(const txU1 *body)
{
	const txU1 *end = body + xs_ota_bytecode_body_size(body);

	while (body < end && *body != XS_CODE_THIS && *body != XS_CODE_TARGET)
		body = xs_ota_bytecode_next(body);
	return body < end;
}

/* Whether it is as XS made it for a function: with nothing but a constructor. */
static bool is_untouched(txMachine *the, const txSlot *prototype)
{
	const txSlot *only = prototype->next;

	return prototype->value.instance.prototype == mxObjectPrototype.value.reference && only && !only->next &&
		only->ID == mxID(_constructor);
}

void xs_ota_prune_prototype(txMachine *the, txSlot *slot)
{
	txSlot *code = slot->next, *property;

	if (slot->kind != XS_INSTANCE_KIND || !code || code->kind != XS_CODE_X_KIND ||
		code->flag & (XS_BASE_FLAG | XS_DERIVED_FLAG) || !xs_ota_bundle_lends(code->value.code.address) || knows_this((txU1 *)code->value.code.address))
		return;
	for (property = code->next->next; property; property = property->next)
		if (property->ID == mxID(_prototype) && property->kind == XS_REFERENCE_KIND &&
			is_untouched(the, property->value.reference))
			property->value.reference = mxObjectPrototype.value.reference;
}
