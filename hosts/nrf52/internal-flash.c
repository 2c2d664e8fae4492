/* SPDX-License-Identifier: MIT
 * The internal flash through the SoftDevice, which owns the flash controller while it runs.
 * Source: nRF5 SDK 17.0.2 nrf_fstorage.h. */
#include "internal-flash.h"

#include "memory.h"

#include "FreeRTOS.h"
#include "nrf_fstorage.h"
#include "nrf_fstorage_sd.h"
#include "task.h"

static volatile enum { CLOSED, BUSY, DONE, FAILED } state;

static void on_event(nrf_fstorage_evt_t *event)
{
	state = event->result == NRF_SUCCESS ? DONE : FAILED;
}

NRF_FSTORAGE_DEF(static nrf_fstorage_t storage) = {
	.evt_handler = on_event, .start_addr = OTA_FLASH_BASE, .end_addr = OTA_FLASH_END - 1
};

static bool begin(void)
{
	if (state == CLOSED && nrf_fstorage_init(&storage, &nrf_fstorage_sd, NULL) != NRF_SUCCESS)
		return false;
	state = BUSY;
	return true;
}

/* While the SoftDevice runs, its task tells the end; else it has come before this is called. */
static bool finish(ret_code_t started)
{
	if (started != NRF_SUCCESS)
		state = FAILED;
	while (state == BUSY)
		vTaskDelay(1);
	return state == DONE;
}

bool ota_internal_flash_write(uint32_t address, const uint32_t *words, uint32_t length)
{
	return begin() && finish(nrf_fstorage_write(&storage, address, words, length, NULL));
}

bool ota_internal_flash_erase(uint32_t address)
{
	return begin() && finish(nrf_fstorage_erase(&storage, address, 1, NULL));
}
