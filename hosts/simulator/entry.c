/* SPDX-License-Identifier: MIT
 * What an image does when it is loaded. */
#include "environment.h"

#include <stdio.h>

static __attribute__((constructor)) void enter(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	xs_ota_environment_open();
}
