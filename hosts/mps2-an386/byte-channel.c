/* SPDX-License-Identifier: MIT
 * The byte channel: the Ethernet controller, on a link with the gateway at its other end (docs/byte-channel.md). The
 * board has UARTs, too, but QEMU goes through its event loop for each byte that comes to one. */
#include "byte-channel.h"

#include "board.h"
#include "registers.h"

#include <string.h>

/* Addresses of our own making, the EtherType for experiments (IEEE 802 9.2.3), and how many of the bytes that follow
 * are the channel's: the shortest frames are padded, and all end with a checksum. */
enum { HEAD_WORDS = 4, HEAD_SIZE = 4 * HEAD_WORDS, TYPE_AT = 12, COUNT_AT = 14, CHECKSUM_SIZE = 4, COMMAND_SIZE = 8 };
static const uint8_t head[COUNT_AT] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xB5 };

/* The frame that is being read: what is left of it. */
static struct {
	uint32_t words;	/* in the controller, with padding and checksum */
	uint32_t bytes;	/* of the channel */
	uint32_t word;
	uint32_t word_bytes;
} incoming;

void xs_ota_byte_channel_handler(void)
{
	ETHERNET->interrupt_status = ETHERNET_RX_FRAMES;
}

bool xs_ota_byte_channel_has_frame(void)
{
	return ETHERNET->rx_fifo >> 16 != 0;
}

static void write_words(const void *bytes, uint32_t length)
{
	const uint8_t *from = bytes;

	for (uint32_t at = 0; at < length; at += 4) {
		uint32_t word = 0, left = length - at;

		memcpy(&word, from + at, left < 4 ? left : 4);
		ETHERNET->tx_data = word;
	}
}

static void send(const uint8_t *bytes, uint32_t length)
{
	uint8_t first[HEAD_SIZE];
	uint32_t size = HEAD_SIZE + length;

	memcpy(first, head, sizeof(head));
	first[COUNT_AT] = (uint8_t)(length >> 8);
	first[COUNT_AT + 1] = (uint8_t)length;
	while ((ETHERNET->tx_fifo & 0xFFFF) < COMMAND_SIZE + size)
		;
	ETHERNET->tx_data = ETHERNET_TX_FIRST | ETHERNET_TX_LAST | size;
	ETHERNET->tx_data = size;
	write_words(first, HEAD_SIZE);
	write_words(bytes, length);
}

/* The gateway sends a frame, and no other until it is asked: so there is always room for what it sends. */
static void ask_for_frame(void)
{
	send(NULL, 0);
}

static void write_mac(uint32_t number, uint32_t value)
{
	ETHERNET->mac_data = value;
	ETHERNET->mac_command = ETHERNET_MAC_BUSY | number;
	while (ETHERNET->mac_command & ETHERNET_MAC_BUSY)
		;
}

void xs_ota_board_channel_open(void)
{
	ETHERNET->hardware_config = ETHERNET_RESET;
	while (ETHERNET->hardware_config & ETHERNET_RESET)
		;
	memset(&incoming, 0, sizeof(incoming));
	ETHERNET->interrupt_config = ETHERNET_IRQ_HIGH | ETHERNET_IRQ_ENABLE;
	ETHERNET->interrupt_enable = ETHERNET_RX_FRAMES;
	ETHERNET->tx_config = ETHERNET_TX_ON | ETHERNET_TX_NO_STATUS;
	write_mac(MAC_CONTROL, MAC_ALL_ADDRESSES | MAC_FULL_DUPLEX | MAC_TX_ENABLE | MAC_RX_ENABLE);
	NVIC_ENABLE = 1u << ETHERNET_IRQ;
	ask_for_frame();
}

void xs_ota_board_channel_write(const uint8_t *bytes, uint32_t length)
{
	send(bytes, length);
}

static void end_frame(void)
{
	for (; incoming.words > 0; incoming.words--)
		(void)ETHERNET->rx_data;
	incoming.word_bytes = 0;
	ask_for_frame();
}

/* False when it has not the bytes that it says it has. */
static bool begin_frame(void)
{
	uint32_t words[HEAD_WORDS], size = ETHERNET->rx_status >> 16 & 0x3FFF;
	uint8_t first[HEAD_SIZE];

	if (size < HEAD_SIZE + CHECKSUM_SIZE)
		return false;
	incoming.words = (size + 3) / 4 - HEAD_WORDS;
	for (unsigned i = 0; i < HEAD_WORDS; i++)
		words[i] = ETHERNET->rx_data;
	memcpy(first, words, sizeof(first));
	if (memcmp(first + TYPE_AT, head + TYPE_AT, COUNT_AT - TYPE_AT) == 0)
		incoming.bytes = (uint32_t)first[COUNT_AT] << 8 | first[COUNT_AT + 1];
	if (incoming.bytes > size - HEAD_SIZE - CHECKSUM_SIZE)
		return false;
	if (incoming.bytes == 0)
		end_frame();
	return true;
}

static uint8_t next_byte(void)
{
	uint8_t byte;

	if (incoming.word_bytes == 0) {
		incoming.word = ETHERNET->rx_data;
		incoming.words--;
		incoming.word_bytes = 4;
	}
	byte = (uint8_t)incoming.word;
	incoming.word >>= 8;
	incoming.word_bytes--;
	return byte;
}

int xs_ota_board_channel_read(void)
{
	uint8_t byte;

	while (incoming.bytes == 0) {
		if (!xs_ota_byte_channel_has_frame())
			return XS_OTA_CHANNEL_EMPTY;
		if (!begin_frame())
			return XS_OTA_CHANNEL_LOST;
	}
	byte = next_byte();
	if (--incoming.bytes == 0)
		end_frame();
	return byte;
}
