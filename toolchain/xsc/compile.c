/* SPDX-License-Identifier: MIT
 * Compiles one ES module with the parser of XS, and supplies the hooks that the parser wants. */
#include "xsc.h"

enum { PARSER_BUFFER_SIZE = 1024 * 1024, PARSER_TABLE_MODULO = 1993 };

static void parse(txParser *parser, const char *path, FILE *file)
{
	txString map = NULL;

	parser->path = fxNewParserSymbol(parser, (txString)path);
	parser->source = parser->path;
	fxParserTree(parser, file, (txGetter)fgetc, 0, &map);
}

static txScript *code(txParser *parser)
{
	fxParserHoist(parser);
	fxParserBind(parser);
	return parser->errorCount ? NULL : fxParserCode(parser);
}

txScript *xsc_compile(const char *path)
{
	txParser parser;
	txParserJump jump;
	txScript *volatile script = NULL;
	FILE *file = fopen(path, "r");

	if (!file) {
		fprintf(stderr, "%s:1: error: %s\n", path, strerror(errno));
		return NULL;
	}
	fxInitializeParser(&parser, NULL, PARSER_BUFFER_SIZE, PARSER_TABLE_MODULO);
	parser.firstJump = &jump;
	if (c_setjmp(jump.jmp_buf) == 0) {
		parse(&parser, path, file);
		if (parser.errorCount == 0)
			script = code(&parser);
	}
	else if (parser.errorCount == 0)
		fprintf(stderr, "%s:1: error: %s\n", path, strerror(parser.error));
	fxTerminateParser(&parser);
	fclose(file);
	return script;
}

/* no profiler reads these ids */
txID fxGenerateProfileID(void *console)
{
	(void)console;
	return XS_NO_ID;
}

/* tags name the templates of a module: they must differ between all modules of a bundle */
void fxGenerateTag(void *console, txString buffer, txInteger size, txString path)
{
	static int tag = 0;

	(void)console;
	c_snprintf(buffer, size, "#%s:%d", path ? path : "", tag++);
}

static void report(const char *kind, txString path, txInteger line, txString format, c_va_list arguments)
{
	fprintf(stderr, "%s:%d: %s: ", path ? path : "", (int)line, kind);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

void fxVReportError(void *console, txString path, txInteger line, txString format, c_va_list arguments)
{
	(void)console;
	report("error", path, line, format, arguments);
}

void fxVReportWarning(void *console, txString path, txInteger line, txString format, c_va_list arguments)
{
	(void)console;
	report("warning", path, line, format, arguments);
}
