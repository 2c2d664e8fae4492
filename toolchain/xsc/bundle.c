/* SPDX-License-Identifier: MIT
 * Packs compiled modules into a bundle. */
#include "xsc.h"

static void write_u32(FILE *stream, txU4 value)
{
	for (int shift = 0; shift < 32; shift += 8)
		fputc((value >> shift) & 0xFF, stream);
}

static void write_header(FILE *stream, int count)
{
	const txU1 header[8] = {
		'X', 'S', 'B', '1', XS_MAJOR_VERSION, XS_MINOR_VERSION, sizeof(txID), XS_CODE_COUNT & 0xFF
	};

	fwrite(header, 1, sizeof(header), stream);
	write_u32(stream, (txU4)count);
}

static void write_module(FILE *stream, const char *name, const txScript *script)
{
	size_t length = strlen(name) + 1;

	write_u32(stream, (txU4)length);
	write_u32(stream, (txU4)script->symbolsSize);
	write_u32(stream, (txU4)script->codeSize);
	fwrite(name, 1, length, stream);
	fwrite(script->symbolsBuffer, 1, (size_t)script->symbolsSize, stream);
	fwrite(script->codeBuffer, 1, (size_t)script->codeSize, stream);
}

int xsc_write_bundle(FILE *stream, char **modules, int count)
{
	int failures = 0;

	write_header(stream, count);
	for (int i = 0; i < count; i++) {
		char *path = strchr(modules[i], '=');
		txScript *script;

		*path++ = 0;
		script = xsc_compile(path);
		if (script) {
			write_module(stream, modules[i], script);
			fxDeleteScript(script);
		}
		else
			failures++;
	}
	return failures;
}
