/* SPDX-License-Identifier: MIT
 * The machine: reset, its reason, random numbers, and the turn of the SDK's run loop that serves the byte channel.
 * Sources: nRF52840 Product Specification 5.3.7.10 (RESETREAS), 6.38 (WDT); Moddable SDK modules/base/timer. */
#include "board.h"
#include "channel.h"
#include "cryptocell.h"
#include "machine.h"
#include "port.h"

#include "modTimer.h"
#include "nrf.h"
#include "nrf_power.h"

/* Milliseconds. At 115,200 baud the ring of the channel takes 50 times longer to fill. */
enum { TURN = 10 };

/* Of xsHost.h. The SDK has cleared the register. */
uint32_t nrf52_get_reset_reason(void);

XsOtaReset xs_ota_port_reset_reason(void)
{
	uint32_t reason = nrf52_get_reset_reason();

	if (reason & NRF_POWER_RESETREAS_DOG_MASK)
		return XS_OTA_RESET_WATCHDOG;
	if (reason & NRF_POWER_RESETREAS_LOCKUP_MASK)
		return XS_OTA_RESET_CRASH;
	return reason & NRF_POWER_RESETREAS_SREQ_MASK ? XS_OTA_RESET_SOFTWARE : XS_OTA_RESET_POWER_ON;
}

void xs_ota_port_random(void *into, size_t length)
{
	if (!ota_cryptocell_open() || nrf_crypto_rng_vector_generate(into, length) != NRF_SUCCESS)
		xs_ota_port_reset(XS_OTA_RESET_CRASH);
}

/* Nothing wakes the chip but its reset pin; nobody hears the status. */
void xs_ota_port_power_off(int status)
{
	(void)status;
	NRF_POWER->SYSTEMOFF = POWER_SYSTEMOFF_SYSTEMOFF_Enter;
	for (;;)
		__WFE();
}

void xs_ota_port_reset(XsOtaReset reason)
{
	(void)reason;
	NVIC_SystemReset();
}

void xs_ota_board_reset(XsOtaReset reason)
{
	xs_ota_port_reset(reason);
}

/* The SDK's run loop runs promise jobs. */
void xs_ota_machine_settle(xsMachine *machine)
{
	(void)machine;
}

/* Frames in one turn, so that timers have their turn as well, however fast they come. */
enum { FRAMES_MAX = 16 };

/* The bootloader has started the watchdog. Whoever does not come by here any more is reset. */
static void take_turn(modTimer timer, void *refcon, int size)
{
	(void)timer;
	(void)refcon;
	(void)size;
	NRF_WDT->RR[0] = WDT_RR_RR_Reload;
	for (unsigned frames = 0; frames < FRAMES_MAX && xs_ota_channel_serve(); frames++)
		;
}

/* Before the application's main module. */
void xs_ota_nrf52_open(xsMachine *the)
{
	(void)the;
	xs_ota_channel_open();
	modTimerAdd(TURN, TURN, take_turn, NULL, 0);
}
