/* SPDX-License-Identifier: MIT
 * A device as a process, and the process that is its supervisor: the same program. */
#include "board.h"
#include "child.h"
#include "status.h"
#include "supervisor.h"
#include "watchdog.h"

int main(int argc, char **argv)
{
	XsOtaOptions options;
	XsOtaStart start;

	if (!xs_ota_options_parse(argc, argv, &options))
		return XS_OTA_EXIT_USAGE;
	if (!xs_ota_child_started(&start))
		return xs_ota_supervise(&options, argv);
	options.cut = start.cut;
	xs_ota_watchdog_open(start.feed, start.life, options.watchdog);
	xs_ota_board_run(&options, start.reason);
}
