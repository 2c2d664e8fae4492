/* SPDX-License-Identifier: MIT
 * The device's life after the bootloader: make the machine, import the main module, serve events. */
#include "xsmc.h"

#include "bundle.h"
#include "console.h"
#include "machine.h"
#include "memory.h"
#include "natives.h"
#include "port.h"
#include "run.h"
#include "timer.h"

static _Noreturn void crash(const char *message)
{
	xs_ota_port_log(message);
	xs_ota_port_reset(XS_OTA_RESET_CRASH);
}

static void open_bundle(const XsOtaProgram *program)
{
	const char *problem = xs_ota_bundle_open(program->bundle, program->size);

	if (problem)
		crash(problem);
}

xsMachine *xs_ota_run_create(const XsOtaProgram *program)
{
	xsCreation creation = *program->creation;
	xsMachine *machine;

	open_bundle(program);
	machine = xsCreateMachine(&creation, "device", NULL);
	if (!machine)
		crash("no memory for the machine");
	xs_ota_memory_limit(machine, program->memory_limit);
	if (!xs_ota_bundle_intern(machine))
		crash("linked for another version of XS");
	xsBeginHost(machine);
	{
		xs_ota_console_define(the);
		xs_ota_natives_open(the);
		xs_ota_natives_define(the);
	}
	xsEndHost(machine);
	return machine;
}

static xsMachine *clone(const XsOtaProgram *program)
{
	xsCreation creation = *program->creation;
	xsMachine *machine;

	open_bundle(program);
	machine = xsCloneMachine(&creation, program->prepared, "device", NULL);
	if (!machine)
		crash("no memory for the machine");
	xs_ota_memory_limit(machine, program->memory_limit);
	xsBeginHost(machine);
	{
		xs_ota_natives_open(the);
	}
	xsEndHost(machine);
	return machine;
}

_Noreturn void xs_ota_run(const XsOtaProgram *program)
{
	xsMachine *machine = (program->prepared ? clone : xs_ota_run_create)(program);

	xs_ota_machine_import(machine, xs_ota_bundle_main());
	for (;;) {
		xs_ota_machine_settle(machine);
		xs_ota_memory_trim(machine);
		xs_ota_port_feed();
		xs_ota_port_wait(xs_ota_timer_wait(xs_ota_port_feed_interval()));
		xs_ota_timer_run(machine);
	}
}
