/* SPDX-License-Identifier: MIT
 * Packs compiled modules into a bundle. */
#include "xsc.h"

void xsc_write_u32(FILE *stream, txU4 value)
{
	for (int shift = 0; shift < 32; shift += 8)
		fputc((value >> shift) & 0xFF, stream);
}

void xsc_write_header(FILE *stream, char kind, int count)
{
	const txU1 header[8] = {
		'X', 'S', (txU1)kind, '1', XS_MAJOR_VERSION, XS_MINOR_VERSION, sizeof(txID), XS_CODE_COUNT & 0xFF
	};

	fwrite(header, 1, sizeof(header), stream);
	xsc_write_u32(stream, (txU4)count);
}

void xsc_write_module(FILE *stream, const xscModule *module)
{
	const txScript *script = module->script;
	size_t length = strlen(module->name) + 1;

	xsc_write_u32(stream, (txU4)length);
	xsc_write_u32(stream, (txU4)script->symbolsSize);
	xsc_write_u32(stream, (txU4)script->codeSize);
	fwrite(module->name, 1, length, stream);
	fwrite(script->symbolsBuffer, 1, (size_t)script->symbolsSize, stream);
	fwrite(script->codeBuffer, 1, (size_t)script->codeSize, stream);
}

void xsc_write_bundle(FILE *stream, const xscModule *modules, int count)
{
	xsc_write_header(stream, 'B', count);
	for (int i = 0; i < count; i++)
		xsc_write_module(stream, &modules[i]);
}
