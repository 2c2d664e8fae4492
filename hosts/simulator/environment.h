/* SPDX-License-Identifier: MIT
 * What xs-ota-simulator tells the image that it starts, in environment variables: they reach it in any process. */
#ifndef XS_OTA_ENVIRONMENT_H
#define XS_OTA_ENVIRONMENT_H

#define XS_OTA_ENV_FLASH "XS_OTA_FLASH"	/* the file that is the flash */
#define XS_OTA_ENV_NO_SYNC "XS_OTA_NO_SYNC"	/* set: do not wait for the disk */
#define XS_OTA_ENV_RESET "XS_OTA_RESET"	/* an XsOtaReset, as a number */
#define XS_OTA_ENV_CUT "XS_OTA_CUT"	/* power fails in the flash operation of this number, from 1 */
#define XS_OTA_ENV_TEAR "XS_OTA_TEAR"	/* an XsOtaTear, as a number */

/* When the image is loaded: opens its flash. Without one its partitions cannot be read, and the host fails to open. */
void xs_ota_environment_open(void);

#endif
