/* SPDX-License-Identifier: MIT
 * Monotonic time: the C half of microseconds.ts. Source: FreeRTOS task.h. */
#include "port.h"
#include "xsmc.h"

#include "FreeRTOS.h"
#include "task.h"

/* Ticks of 32 bits wrap after 48 days; whoever asks once in that time sees it. */
static uint64_t ticks(void)
{
	static uint32_t last, wraps;
	uint32_t now = xTaskGetTickCount();

	if (now < last)
		wraps++;
	last = now;
	return (uint64_t)wraps << 32 | now;
}

double xs_ota_port_now(void)
{
	return (double)ticks() * 1000 / configTICK_RATE_HZ;
}

void xs_time_microseconds(xsMachine *the)
{
	xsmcSetNumber(xsResult, (xsNumberValue)(ticks() * 1000000 / configTICK_RATE_HZ));
}
