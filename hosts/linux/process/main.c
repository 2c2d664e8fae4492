/* SPDX-License-Identifier: MIT
 * xs-ota-linux: a device as a Linux process. */
#include "options.h"
#include "status.h"
#include "supervisor.h"

int main(int argc, char **argv)
{
	XsOtaOptions options;

	if (!xs_ota_options_parse(argc, argv, &options))
		return XS_OTA_EXIT_USAGE;
	return xs_ota_supervise(&options);
}
