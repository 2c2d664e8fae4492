/* SPDX-License-Identifier: MIT
 *
 * The loader on a hostile bundle: every module that it finds is linked, against an engine that only counts names.
 * The bytes are in a block of the heap of just their size.
 */
#include "xsAll.h"
#include "xsScript.h"

#include "bundle.h"
#include "link.h"

#include <setjmp.h>

enum { HEADER_SIZE = 12, NAMES_MAX = 60000 };

static jmp_buf aborted;
static txMachine machine;

/* Each name is looked at to its end, as the engine does. */
txID fxNewNameX(txMachine *the, txString name)
{
	if (strlen(name) == SIZE_MAX || the->keyIndex >= NAMES_MAX)
		longjmp(aborted, 1);
	return (txID)the->keyIndex++;
}

void fxAbort(txMachine *the, int status)
{
	(void)the, (void)status;
	longjmp(aborted, 1);
}

static void load(uint8_t *bytes, size_t size)
{
	XsOtaModule module;
	uint32_t count;

	machine.keyIndex = 1;
	if (xs_ota_bundle_open(bytes, size) != NULL || !xs_ota_bundle_find(xs_ota_bundle_main(), &module))
		return;
	memcpy(&count, bytes + 8, sizeof(count));
	xs_ota_bundle_find("there is none", &module);
	if (xs_ota_bundle_is_linked())
		xs_ota_bundle_intern(&machine);
	else
		xs_ota_link_module(&machine, &module);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t version[4] = { XS_MAJOR_VERSION, XS_MINOR_VERSION, sizeof(txID), XS_CODE_COUNT & 0xFF };
	uint8_t *bytes = malloc(size + 1);

	if (size > HEADER_SIZE) {
		memcpy(bytes, data, size);
		memcpy(bytes, data[0] & 1 ? "XSL1" : "XSB1", 4);
		memcpy(bytes + 4, version, sizeof(version));
		uint8_t *exact = realloc(bytes, size);
		bytes = exact ? exact : bytes;
		if (setjmp(aborted) == 0)
			load(bytes, size);
	}
	free(bytes);
	return 0;
}
