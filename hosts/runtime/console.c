/* SPDX-License-Identifier: MIT
 * The globals `trace` and `console`: lines of text for whoever watches the device. */
#include "xsmc.h"

#include "console.h"
#include "port.h"

#include <string.h>

enum { LINE_SIZE = 1024 };

/* What was written since the last line end; longer lines are cut. */
static struct {
	char text[LINE_SIZE];
	size_t length;
} line;

static void append(const char *text)
{
	for (; *text; text++) {
		if (*text == '\n') {
			line.text[line.length] = 0;
			line.length = 0;
			xs_ota_port_console(line.text);
		}
		else if (line.length < LINE_SIZE - 1)
			line.text[line.length++] = *text;
	}
}

static void append_arguments(xsMachine *the, const char *separator)
{
	int count = xsmcArgc;

	for (int i = 0; i < count; i++) {
		if (i)
			append(separator);
		append(xsmcToString(xsArg(i)));
	}
}

/* trace(...): as the SDK's, arguments joined without anything between, lines ended by "\n" */
static void trace(xsMachine *the)
{
	append_arguments(the, "");
}

/* console.log(...): arguments joined by spaces, one line */
static void console_log(xsMachine *the)
{
	append_arguments(the, " ");
	append("\n");
}

void xs_ota_console_define(xsMachine *the)
{
	static const char *const methods[] = { "debug", "error", "info", "log", "warn" };

	xsmcVars(2);
	xsVar(0) = xsNewHostFunction(trace, 1);
	xsmcDefine(xsGlobal, xsID("trace"), xsVar(0), xsDontEnum);
	xsmcSetNewObject(xsVar(1));
	xsVar(0) = xsNewHostFunction(console_log, 1);
	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		xsmcDefine(xsVar(1), xsID(methods[i]), xsVar(0), xsDontEnum);
	xsmcDefine(xsGlobal, xsID("console"), xsVar(1), xsDontEnum);
}
