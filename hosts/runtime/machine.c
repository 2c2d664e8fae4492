/* SPDX-License-Identifier: MIT
 * The hooks that XS calls on its platform: promise jobs, and what ends in a reset. */
#include "xsAll.h"
#include "xsScript.h"

#include "machine.h"
#include "memory.h"
#include "port.h"

void fxCreateMachinePlatform(txMachine *the)
{
	the->promiseJobs = false;
	xs_ota_memory_open(the);
}

void fxDeleteMachinePlatform(txMachine *the)
{
	(void)the;
}

/* XS's own version of this copies every name to the heap. The descriptions of symbols are of the kind that registered
 * symbols have: for one of XS_STRING_X_KIND, XS would take the string for a chunk when an error is made in a method
 * that has the symbol for its name. */
void fxBuildKeys(txMachine *the)
{
	for (txID id = 0; id < XS_SYMBOL_ID_COUNT; id++) {
		txSlot *description = fxNewSlot(the);

		description->kind = XS_KEY_X_KIND;
		description->value.key.string = gxIDStrings[id];
		the->keyArray[id] = description;
		the->keyIndex++;
	}
	for (txID id = XS_SYMBOL_ID_COUNT; id < XS_ID_COUNT; id++)
		fxNewNameX(the, gxIDStrings[id]);
}

/* bundles are compiled beforehand: no parser is on the device, and `eval` gives a SyntaxError */
txScript *fxParseScript(txMachine *the, void *stream, txGetter getter, txUnsigned flags)
{
	(void)the, (void)stream, (void)getter, (void)flags;
	return C_NULL;
}

void fxQueuePromiseJobs(txMachine *the)
{
	the->promiseJobs = true;
}

void xs_ota_machine_settle(xsMachine *machine)
{
	txMachine *the = (txMachine *)machine;

	while (the->promiseJobs) {
		the->promiseJobs = false;
		fxRunPromiseJobs(the);
	}
	fxEndJob(the);
	fxCheckUnhandledRejections(the, 1);
}

/* Logs the exception, and its stack where XS has one. A second exception while doing so is not told. The frame
 * that threw may be gone: a new one is needed for the getter of the stack. */
static void log_exception(txMachine *the, const char *what)
{
	char line[256];

	fxBeginHost(the);
	mxTry(the) {
		mxPushSlot(&mxException);
		if (the->stack->kind == XS_REFERENCE_KIND) {
			fxGetID(the, mxID(_stack));
			if (the->stack->kind == XS_UNDEFINED_KIND)
				*the->stack = mxException;
		}
		snprintf(line, sizeof(line), "%s: %s", what, fxToString(the, the->stack));
		mxPop();
	}
	mxCatch(the) {
		snprintf(line, sizeof(line), "%s", what);
	}
	fxEndHost(the);
	xs_ota_port_log(line);
}

/* What the machine has used, and what it has: whoever gave it too little sees of what. */
static void log_memory(txMachine *the)
{
	char line[160];

	snprintf(line, sizeof(line), "slots %ld of %ld, chunks %ld of %ld, names %d of %d, %lu bytes in all",
		(long)the->currentHeapCount, (long)the->maximumHeapCount, (long)the->currentChunksSize,
		(long)the->maximumChunksSize, the->keyIndex, the->keyCount, (unsigned long)the->memoryUsed);
	xs_ota_port_log(line);
}

void fxAbort(txMachine *the, int status)
{
	switch (status) {
	case XS_UNHANDLED_EXCEPTION_EXIT:
		log_exception(the, "unhandled exception");
		break;
	case XS_UNHANDLED_REJECTION_EXIT:
		log_exception(the, "unhandled rejection");
		break;
	case XS_STACK_OVERFLOW_EXIT:
		xs_ota_port_log("stack overflow");
		break;
	case XS_NOT_ENOUGH_MEMORY_EXIT:
		xs_ota_port_log("out of memory");
		log_memory(the);
		break;
	case XS_NO_MORE_KEYS_EXIT:
		xs_ota_port_log("out of property names");
		break;
	default:
		xs_ota_port_log("the engine stopped");
		break;
	}
	xs_ota_port_reset(XS_OTA_RESET_CRASH);
}

void xs_ota_machine_new_host(xsMachine *machine, xsSlot *result, xsSlot *prototype, xsDestructor destructor)
{
	txMachine *the = (txMachine *)machine;
	txSlot *slot = (txSlot *)result;

	fxNewHostObject(the, destructor);
	the->stack->value.reference->value.instance.prototype = fxToInstance(the, (txSlot *)prototype);
	mxPullSlot(slot);
}

/* The main module's promise: */

static void main_fulfilled(txMachine *the)
{
	(void)the;
}

static void main_rejected(txMachine *the)
{
	mxException = *mxArgv(0);
	fxAbort(the, XS_UNHANDLED_EXCEPTION_EXIT);
}

void xs_ota_machine_import(xsMachine *machine, const char *name)
{
	txMachine *the = (txMachine *)machine;

	fxBeginHost(the);
	mxTry(the) {
		mxPushStringC((txString)name);
		fxRunImport(the, mxProgram.value.reference->next->value.module.realm, XS_NO_ID);
		mxDub();
		fxGetID(the, mxID(_then));
		mxCall();
		fxNewHostFunction(the, main_fulfilled, 1, XS_NO_ID, XS_NO_ID);
		fxNewHostFunction(the, main_rejected, 1, XS_NO_ID, XS_NO_ID);
		mxRunCount(2);
		mxPop();
	}
	mxCatch(the) {
		fxAbort(the, XS_UNHANDLED_EXCEPTION_EXIT);
	}
	fxEndHost(the);
}
