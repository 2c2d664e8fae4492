/* SPDX-License-Identifier: MIT
 * What hosts/runtime/device.c needs of an ESP32. Source: ESP-IDF v6.0 esp_system.h, esp_random.h, esp_sleep.h. */
#include "port.h"

#include "esp_random.h"
#include "esp_sleep.h"
#include "esp_system.h"

XsOtaReset xs_ota_port_reset_reason(void)
{
	switch (esp_reset_reason()) {
	case ESP_RST_SW:
		return XS_OTA_RESET_SOFTWARE;
	case ESP_RST_INT_WDT:
	case ESP_RST_TASK_WDT:
	case ESP_RST_WDT:
		return XS_OTA_RESET_WATCHDOG;
	case ESP_RST_PANIC:
	case ESP_RST_CPU_LOCKUP:
		return XS_OTA_RESET_CRASH;
	default:
		return XS_OTA_RESET_POWER_ON;
	}
}

void xs_ota_port_random(void *into, size_t length)
{
	esp_fill_random(into, length);
}

/* Nothing wakes the chip but its reset pin; nobody hears the status. */
void xs_ota_port_power_off(int status)
{
	(void)status;
	esp_deep_sleep_start();
}

void xs_ota_port_reset(XsOtaReset reason)
{
	(void)reason;
	esp_restart();
}
