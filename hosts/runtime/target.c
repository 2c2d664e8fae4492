/* SPDX-License-Identifier: MIT
 * What the machine is: the C half of target.ts. */
#include "xsmc.h"

#include "port.h"

/* returns an ArrayBuffer */
void xs_otatarget_class(xsMachine *the)
{
	xsmcSetArrayBuffer(xsResult, (void *)xs_ota_port_target(), XS_OTA_PORT_TARGET_SIZE);
}
