/* SPDX-License-Identifier: MIT
 * The hooks by which XS asks for modules. */
#include "xsAll.h"
#include "xsScript.h"

#include "bundle.h"
#include "link.h"
#include "module-path.h"
#include "port.h"

txID fxFindModule(txMachine *the, txSlot *realm, txID moduleID, txSlot *slot)
{
	char name[XS_OTA_MODULE_PATH_SIZE];
	char path[XS_OTA_MODULE_PATH_SIZE];
	XsOtaModule module;
	txID id;

	(void)realm;
	fxToStringBuffer(the, slot, name, sizeof(name));
	if (!xs_ota_module_path(moduleID == XS_NO_ID ? "" : fxGetKeyName(the, moduleID), name, path))
		mxReferenceError("module \"%s\" not found", name);
	if (xs_ota_bundle_find(path, &module))
		return fxNewNameX(the, (txString)module.name);
	id = xs_ota_bundle_is_linked() ? fxFindName(the, path) : XS_NO_ID;	/* a prepared machine has its modules by itself */
	if (id == XS_NO_ID)
		mxReferenceError("module \"%s\" not found", name);
	return id;
}

void fxLoadModule(txMachine *the, txSlot *slot, txID moduleID)
{
	XsOtaModule module;
	txScript script = { 0 };

	if (!xs_ota_bundle_find(fxGetKeyName(the, moduleID), &module))
		return;	/* the module stays new, and XS reports it as not found */
	if (!xs_ota_bundle_is_linked() && !xs_ota_link_module(the, &module)) {
		xs_ota_port_log("a module of the bundle is malformed");
		fxAbort(the, XS_FATAL_CHECK_EXIT);
	}
	script.codeBuffer = module.code;
	script.codeSize = (txSize)module.code_size;
	script.path = (txString)module.name;
	script.version[0] = XS_MAJOR_VERSION;
	script.version[1] = XS_MINOR_VERSION;
	script.version[2] = XS_PATCH_VERSION;
	fxResolveModule(the, slot, moduleID, &script, C_NULL, C_NULL);
}
