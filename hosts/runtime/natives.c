/* SPDX-License-Identifier: MIT
 * The global functions `native` and `Native`: what the Moddable SDK's compiler does by syntax, done by name. */
#include "xsmc.h"

#include "machine.h"
#include "natives.h"

#include <stdlib.h>
#include <string.h>

/* Function objects, made at the first call of `native` for their name and kept: no garbage per call. */
static struct {
	xsSlot *slots;
	bool *made;
} functions;

static xsIdentifier destructor_id;

static int find_function(const char *name)
{
	for (int i = 0; xs_ota_functions[i].name; i++)
		if (strcmp(xs_ota_functions[i].name, name) == 0)
			return i;
	return -1;
}

static int find_destructor(const char *name)
{
	for (int i = 0; xs_ota_destructors[i].name; i++)
		if (strcmp(xs_ota_destructors[i].name, name) == 0)
			return i;
	return -1;
}

/* native(name): the C function of that name */
static void native(xsMachine *the)
{
	int index = find_function(xsmcToString(xsArg(0)));

	if (index < 0)
		xsReferenceError("this firmware has no native \"%s\"", xsmcToString(xsArg(0)));
	if (!functions.made[index]) {
		functions.slots[index] = xsNewHostFunction(xs_ota_functions[index].function, 0);
		xsRemember(functions.slots[index]);
		functions.made[index] = true;
	}
	xsResult = xsAccess(functions.slots[index]);
}

/* what `super()` calls: makes the object, with the C destructor that its class was made with */
static void construct(xsMachine *the)
{
	int index;

	if (xsmcTypeOf(xsTarget) != xsReferenceType)
		xsTypeError("call a native class with new");
	xsmcVars(1);
	xsmcGet(xsVar(0), xsFunction, destructor_id);
	index = xsmcToInteger(xsVar(0));
	xsmcGet(xsVar(0), xsTarget, xsID("prototype"));
	xs_ota_machine_new_host(the, &xsResult, &xsVar(0), xs_ota_destructors[index].destructor);
}

/* Native(name): a class whose objects have the C destructor of that name */
static void native_class(xsMachine *the)
{
	int index = find_destructor(xsmcToString(xsArg(0)));

	if (index < 0)
		xsReferenceError("this firmware has no native \"%s\"", xsmcToString(xsArg(0)));
	xsmcVars(2);
	xsmcSetNewObject(xsVar(0));
	xsResult = xsNewHostConstructor(construct, 0, xsVar(0));
	xsmcSetInteger(xsVar(1), index);
	xsmcDefine(xsResult, destructor_id, xsVar(1), xsDontEnum | xsDontSet | xsDontDelete);
}

void xs_ota_natives_open(xsMachine *the)
{
	int count = 0;

	while (xs_ota_functions[count].name)
		count++;
	functions.slots = calloc((size_t)count + 1, sizeof(*functions.slots));
	functions.made = calloc((size_t)count + 1, sizeof(*functions.made));
	if (!functions.slots || !functions.made)
		xsUnknownError("no memory for natives");
	destructor_id = xsID("native destructor");
	for (int i = 0; xs_ota_id_names[i]; i++)
		xs_ota_ids[i] = xsID(xs_ota_id_names[i]);
}

static void define(xsMachine *the, const char *name, xsCallback callback)
{
	xsmcVars(1);
	xsVar(0) = xsNewHostFunction(callback, 1);
	xsmcDefine(xsGlobal, xsID(name), xsVar(0), xsDontEnum);
}

void xs_ota_natives_define(xsMachine *the)
{
	define(the, "native", native);
	define(the, "Native", native_class);
}
