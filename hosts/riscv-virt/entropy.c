/* SPDX-License-Identifier: MIT
 * Entropy from the emulator's machine. Source: Virtual I/O Device (VIRTIO) 1.1, 5.4. */
#include "board.h"
#include "virtio.h"

uint32_t xs_ota_board_seed(void)
{
	static volatile VirtioQueue queue;
	static volatile uint32_t seed;
	VirtioDevice device = xs_ota_virtio_open(VIRTIO_ENTROPY, &queue, 1);

	xs_ota_virtio_offer(&device, 0, &seed, sizeof(seed), VIRTIO_DEVICE_WRITES);
	while (!xs_ota_virtio_is_done(&device, 0))
		;
	return seed;
}
