/* SPDX-License-Identifier: MIT
 * What the machine is: the C half of target.ts. */
#include "xsmc.h"

#include "target.h"

/* returns an ArrayBuffer */
void xs_otatarget_class(xsMachine *the)
{
	xsmcSetArrayBuffer(xsResult, (void *)xs_ota_target, OTA_TARGET_SIZE);
}
