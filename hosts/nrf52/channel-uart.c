/* SPDX-License-Identifier: MIT
 * The byte channel's UART. The DMA writes to a ring, over and over, and a timer counts the bytes: so none is lost while
 * the flash keeps the CPU waiting, 85 ms for an erase. The ring holds what all sockets have told the gateway that they
 * have room for. Sources: nRF52840 Product Specification 6.34 (UARTE; FLUSHRX), 6.30 (TIMER), 6.16 (PPI). */
#include "board.h"

#include "mc.defines.h"
#include "nrf_gpio.h"
#include "nrf_timer.h"
#include "nrf_uarte.h"
#include "nrfx_ppi.h"

#include <string.h>

#ifndef MODDEF_XS_OTA_TX_PIN
#define MODDEF_XS_OTA_TX_PIN 3
#endif
#ifndef MODDEF_XS_OTA_RX_PIN
#define MODDEF_XS_OTA_RX_PIN 4
#endif
#ifndef MODDEF_XS_OTA_BAUDRATE
#define MODDEF_XS_OTA_BAUDRATE NRF_UARTE_BAUDRATE_115200
#endif

/* Not those that the SDK uses: UARTE0 for serial I/O, or for xsbug, and timers 0 to 3. */
#define WIRE NRF_UARTE1
#define COUNTER NRF_TIMER4

/* Three sockets of 2 KB, and their frames' overhead; the largest frame. */
enum { RING_SIZE = 6400, FRAME_MAX = 260 };

static uint8_t ring[RING_SIZE];
static uint32_t counted, taken;	/* since the reception began; they wrap */
static uint32_t place;	/* in the ring, of the next byte taken */
static uint8_t sent[FRAME_MAX];

static void start_reception(void)
{
	counted = taken = place = 0;
	nrf_timer_task_trigger(COUNTER, NRF_TIMER_TASK_CLEAR);
	nrf_uarte_event_clear(WIRE, NRF_UARTE_EVENT_ERROR);
	nrf_uarte_rx_buffer_set(WIRE, ring, RING_SIZE);
	nrf_uarte_shorts_enable(WIRE, NRF_UARTE_SHORT_ENDRX_STARTRX);
	nrf_uarte_task_trigger(WIRE, NRF_UARTE_TASK_STARTRX);
}

/* Up to four bytes are still in the receiver. They were counted, and would be the first of the new reception. */
static void flush_fifo(void)
{
	nrf_uarte_rx_buffer_set(WIRE, ring, RING_SIZE);
	nrf_uarte_event_clear(WIRE, NRF_UARTE_EVENT_ENDRX);
	nrf_uarte_task_trigger(WIRE, NRF_UARTE_TASK_FLUSHRX);
	while (!nrf_uarte_event_check(WIRE, NRF_UARTE_EVENT_ENDRX))
		;
}

/* After an error, DMA and timer may disagree on how many bytes there were. What came is lost: a frame is, at least. */
static void restart_reception(void)
{
	nrf_uarte_shorts_disable(WIRE, NRF_UARTE_SHORT_ENDRX_STARTRX);
	nrf_uarte_event_clear(WIRE, NRF_UARTE_EVENT_RXTO);
	nrf_uarte_task_trigger(WIRE, NRF_UARTE_TASK_STOPRX);
	while (!nrf_uarte_event_check(WIRE, NRF_UARTE_EVENT_RXTO))
		;
	flush_fifo();
	nrf_uarte_errorsrc_get_and_clear(WIRE);
	start_reception();
}

static void open_counter(void)
{
	nrf_ppi_channel_t channel;

	nrf_timer_mode_set(COUNTER, NRF_TIMER_MODE_LOW_POWER_COUNTER);
	nrf_timer_bit_width_set(COUNTER, NRF_TIMER_BIT_WIDTH_32);
	nrf_timer_task_trigger(COUNTER, NRF_TIMER_TASK_START);
	if (nrfx_ppi_channel_alloc(&channel) != NRFX_SUCCESS)
		xs_ota_board_reset(XS_OTA_RESET_CRASH);
	nrfx_ppi_channel_assign(channel, nrf_uarte_event_address_get(WIRE, NRF_UARTE_EVENT_RXDRDY),
		(uint32_t)nrf_timer_task_address_get(COUNTER, NRF_TIMER_TASK_COUNT));
	nrfx_ppi_channel_enable(channel);
}

void xs_ota_board_channel_open(void)
{
	nrf_gpio_pin_set(MODDEF_XS_OTA_TX_PIN);
	nrf_gpio_cfg_output(MODDEF_XS_OTA_TX_PIN);
	nrf_gpio_cfg_input(MODDEF_XS_OTA_RX_PIN, NRF_GPIO_PIN_PULLUP);
	nrf_uarte_txrx_pins_set(WIRE, MODDEF_XS_OTA_TX_PIN, MODDEF_XS_OTA_RX_PIN);
	nrf_uarte_hwfc_pins_disconnect(WIRE);
	nrf_uarte_configure(WIRE, NRF_UARTE_PARITY_EXCLUDED, NRF_UARTE_HWFC_DISABLED);
	nrf_uarte_baudrate_set(WIRE, MODDEF_XS_OTA_BAUDRATE);
	nrf_uarte_enable(WIRE);
	open_counter();
	start_reception();
}

/* The event that counts a byte comes a little before the DMA has stored it: so it is counted, and then waited. */
static bool count_bytes(void)
{
	nrf_timer_task_trigger(COUNTER, NRF_TIMER_TASK_CAPTURE0);
	counted = nrf_timer_cc_read(COUNTER, NRF_TIMER_CC_CHANNEL0);
	__DSB();
	for (volatile uint32_t i = 0; i < 16; i++)
		;
	return counted != taken;
}

int xs_ota_board_channel_read(void)
{
	if (nrf_uarte_event_check(WIRE, NRF_UARTE_EVENT_ERROR))
		restart_reception();
	if (counted == taken && !count_bytes())
		return XS_OTA_CHANNEL_EMPTY;
	taken++;
	place = place == RING_SIZE ? 0 : place;
	return ring[place++];
}

void xs_ota_board_channel_write(const uint8_t *bytes, uint32_t length)
{
	static bool is_sending;

	while (is_sending && !nrf_uarte_event_check(WIRE, NRF_UARTE_EVENT_ENDTX))
		;
	memcpy(sent, bytes, length);
	nrf_uarte_event_clear(WIRE, NRF_UARTE_EVENT_ENDTX);
	nrf_uarte_tx_buffer_set(WIRE, sent, length);
	nrf_uarte_task_trigger(WIRE, NRF_UARTE_TASK_STARTTX);
	is_sending = true;
}
