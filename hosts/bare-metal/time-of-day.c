/* SPDX-License-Identifier: MIT
 * The C library's clock, for XS's dates. */
#include <sys/time.h>

#include "board.h"

/* No board knows the time of day: this counts from its start. */
int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
	uint64_t now = xs_ota_board_microseconds();

	(void)zone;
	time->tv_sec = (time_t)(now / 1000000);
	time->tv_usec = (suseconds_t)(now % 1000000);
	return 0;
}
