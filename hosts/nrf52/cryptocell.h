/* SPDX-License-Identifier: MIT
 * The CryptoCell's library starts once after a reset, and nrf_crypto_init() starts it each time that it is called.
 * Source: nRF5 SDK 17.0.2 sns_silib.h, SaSi_LibInit. */
#ifndef OTA_CRYPTOCELL_H
#define OTA_CRYPTOCELL_H

#include "nrf_crypto.h"

#include <stdbool.h>

static inline bool ota_cryptocell_open(void)
{
	return nrf_crypto_is_initialized() || nrf_crypto_init() == NRF_SUCCESS;
}

#endif
