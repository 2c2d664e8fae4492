/* SPDX-License-Identifier: MIT
 * Entropy from the emulator's machine. Source: Virtual I/O Device (VIRTIO) 1.1, 5.4. */
#include "board.h"
#include "virtio.h"

/* The device gives what it has, at least a byte: the rest is asked for again. */
void xs_ota_board_entropy(uint8_t bytes[XS_OTA_BOARD_ENTROPY_SIZE])
{
	static volatile VirtioQueue queue;
	static volatile uint8_t given[XS_OTA_BOARD_ENTROPY_SIZE];
	VirtioDevice device = xs_ota_virtio_open(VIRTIO_ENTROPY, &queue, 1);

	for (uint32_t have = 0; have < XS_OTA_BOARD_ENTROPY_SIZE;) {
		uint32_t length;

		xs_ota_virtio_offer(&device, 0, given, XS_OTA_BOARD_ENTROPY_SIZE - have, VIRTIO_DEVICE_WRITES);
		while (!xs_ota_virtio_is_done(&device, 0))
			;
		length = xs_ota_virtio_length(&device, 0);
		for (uint32_t i = 0; i < length && have < XS_OTA_BOARD_ENTROPY_SIZE; i++)
			bytes[have++] = given[i];
	}
}
