/* SPDX-License-Identifier: MIT
 * virtio devices over memory-mapped registers, each queue with one buffer under way at a time. Source: Virtual I/O
 * Device (VIRTIO) 1.1. */
#ifndef XS_OTA_VIRTIO_H
#define XS_OTA_VIRTIO_H

#include <stdbool.h>
#include <stdint.h>

/* A queue of one descriptor, as the device reads and writes it. Source: 2.6, "Split Virtqueues". */
typedef struct VirtioQueue {
	struct {
		uint32_t address, address_high, length;
		uint16_t flags, next;
	} descriptor;
	struct {
		uint16_t flags, index, ring[1];
	} available __attribute__((aligned(4)));
	struct {
		uint16_t flags, index;
		struct {
			uint32_t id, length;
		} ring[1];
	} used __attribute__((aligned(4)));
} __attribute__((aligned(16))) VirtioQueue;

/* Device ids. Source: 5, "Device Types". */
enum { VIRTIO_CONSOLE = 3, VIRTIO_ENTROPY = 4 };

typedef enum VirtioWriter { VIRTIO_DRIVER_WRITES, VIRTIO_DEVICE_WRITES } VirtioWriter;

/* A device that is found and made ready with its first `count` queues. */
typedef struct VirtioDevice {
	volatile uint32_t *registers;
	uint32_t interrupt;
	volatile VirtioQueue *queues;
} VirtioDevice;

/* Not to be found is a broken board: a reset. The device uses `queues` from now on. May be opened again. */
VirtioDevice xs_ota_virtio_open(uint32_t id, volatile VirtioQueue *queues, uint32_t count);

/* Hands a buffer to the device; the one before it must be done. */
void xs_ota_virtio_offer(const VirtioDevice *device, uint32_t queue, volatile void *buffer, uint32_t length,
	VirtioWriter writer);

/* Whether the device is through with the buffer, or has had none. */
bool xs_ota_virtio_is_done(const VirtioDevice *device, uint32_t queue);

/* Bytes that the device wrote into the buffer that is done. */
uint32_t xs_ota_virtio_length(const VirtioDevice *device, uint32_t queue);

/* Takes the device's interrupt back. */
void xs_ota_virtio_acknowledge(const VirtioDevice *device);

#endif
