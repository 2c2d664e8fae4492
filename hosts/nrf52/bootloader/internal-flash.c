/* SPDX-License-Identifier: MIT
 * The internal flash by its controller, which nobody else uses yet. Source: nRF52840 Product Specification 1.7, 4.3. */
#include "internal-flash.h"

#include "registers.h"

static void wait_ready(void)
{
	while (!(NVMC_READY & 1))
		;
}

bool ota_internal_flash_write(uint32_t address, const uint32_t *words, uint32_t length)
{
	volatile uint32_t *to = (volatile uint32_t *)(uintptr_t)address;

	NVMC_CONFIG = NVMC_WRITE;
	for (uint32_t i = 0; i < length / sizeof(*words); i++) {
		to[i] = words[i];
		wait_ready();
	}
	NVMC_CONFIG = NVMC_READ;
	return true;
}

bool ota_internal_flash_erase(uint32_t address)
{
	NVMC_CONFIG = NVMC_ERASE;
	NVMC_ERASEPAGE = address;
	wait_ready();
	NVMC_CONFIG = NVMC_READ;
	return true;
}
