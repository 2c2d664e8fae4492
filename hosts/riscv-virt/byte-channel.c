/* SPDX-License-Identifier: MIT
 * The byte channel: a console that moves bytes by itself, as a UART with DMA does. Source: Virtual I/O Device
 * (VIRTIO) 1.1, 5.3. */
#include "byte-channel.h"

#include "board.h"
#include "registers.h"
#include "virtio.h"

#include <string.h>

enum { RECEIVE, TRANSMIT, QUEUES };

static volatile VirtioQueue queues[QUEUES];
static VirtioDevice device;
static uint8_t received[1024], sent[1024];

/* Bytes of `received` that were read; all of them when the device has the buffer. */
static uint32_t taken, length;

static void offer_room(void)
{
	taken = length = 0;
	xs_ota_virtio_offer(&device, RECEIVE, received, sizeof(received), VIRTIO_DEVICE_WRITES);
}

void xs_ota_board_channel_open(void)
{
	device = xs_ota_virtio_open(VIRTIO_CONSOLE, queues, QUEUES);
	PLIC_PRIORITY(device.interrupt) = 1;
	PLIC_ENABLE(device.interrupt) = 1u << device.interrupt;
	offer_room();
}

/* The interrupt has ended the sleep, and that is all it is for: what has come is read from the buffer. */
void xs_ota_byte_channel_acknowledge(void)
{
	uint32_t claimed = PLIC_CLAIM;

	if (claimed == 0)
		return;
	xs_ota_virtio_acknowledge(&device);
	PLIC_CLAIM = claimed;
}

int xs_ota_board_channel_read(void)
{
	if (length == 0 && xs_ota_virtio_is_done(&device, RECEIVE))
		length = xs_ota_virtio_length(&device, RECEIVE);
	if (length == 0)
		return XS_OTA_CHANNEL_EMPTY;
	uint8_t byte = received[taken++];

	if (taken == length)
		offer_room();
	return byte;
}

void xs_ota_board_channel_write(const uint8_t *bytes, uint32_t count)
{
	while (!xs_ota_virtio_is_done(&device, TRANSMIT))
		;
	memcpy(sent, bytes, count);
	xs_ota_virtio_offer(&device, TRANSMIT, sent, count, VIRTIO_DRIVER_WRITES);
}
