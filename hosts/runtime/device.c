/* SPDX-License-Identifier: MIT
 * The machine: the C half of device.ts. */
#include "xsmc.h"

#include "port.h"

/* returns an XsOtaReset */
void xs_otadevice_resetReason(xsMachine *the)
{
	xsmcSetInteger(xsResult, xs_ota_port_reset_reason());
}

void xs_otadevice_restart(xsMachine *the)
{
	(void)the;
	xs_ota_port_reset(XS_OTA_RESET_SOFTWARE);
}

void xs_otadevice_powerOff(xsMachine *the)
{
	xs_ota_port_power_off(xsmcToInteger(xsArg(0)));
}

/* returns a number in [0, 1) */
void xs_otadevice_random(xsMachine *the)
{
	uint32_t bits;

	xs_ota_port_random(&bits, sizeof(bits));
	xsmcSetNumber(xsResult, bits / 4294967296.0);
}
