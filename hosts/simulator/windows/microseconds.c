/* SPDX-License-Identifier: MIT
 * The C half of the SDK's module `microseconds`, on Windows. */
#include "xsmc.h"

#include <math.h>

void xs_time_microseconds(xsMachine *the)
{
	LARGE_INTEGER ticks, each_second;

	QueryPerformanceCounter(&ticks);
	QueryPerformanceFrequency(&each_second);
	xsmcSetNumber(xsResult, floor((double)ticks.QuadPart * 1e6 / (double)each_second.QuadPart));
}
