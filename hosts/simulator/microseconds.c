/* SPDX-License-Identifier: MIT
 * The C half of the SDK's module `microseconds`, whose own has no simulator. */
#include "xsmc.h"

#include <math.h>
#include <time.h>

void xs_time_microseconds(xsMachine *the)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	xsmcSetNumber(xsResult, (double)time.tv_sec * 1e6 + floor((double)time.tv_nsec / 1e3));
}
