/* SPDX-License-Identifier: MIT
 * Monotonic time: the C half of time.ts. */
#include "xsmc.h"

#include "port.h"

#include <math.h>

void xs_time_microseconds(xsMachine *the)
{
	xsmcSetNumber(xsResult, floor(xs_ota_port_now() * 1000));
}

void xs_time_ticks(xsMachine *the)
{
	xsmcSetNumber(xsResult, floor(xs_ota_port_now()));
}
