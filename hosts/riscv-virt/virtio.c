/* SPDX-License-Identifier: MIT
 * Source: Virtual I/O Device (VIRTIO) 1.1, 2.6, 3.1.1, 4.2.2. */
#include "virtio.h"

#include "board.h"
#include "registers.h"

/* registers, in words */
enum {
	MAGIC = 0x000 / 4, VERSION = 0x004 / 4, DEVICE_ID = 0x008 / 4,
	DRIVER_FEATURES = 0x020 / 4, DRIVER_FEATURES_SELECT = 0x024 / 4,
	QUEUE_SELECT = 0x030 / 4, QUEUE_SIZE = 0x038 / 4, QUEUE_READY = 0x044 / 4, QUEUE_NOTIFY = 0x050 / 4,
	INTERRUPT_STATUS = 0x060 / 4, INTERRUPT_ACKNOWLEDGE = 0x064 / 4, STATUS = 0x070 / 4,
	QUEUE_DESCRIPTORS = 0x080 / 4, QUEUE_AVAILABLE = 0x090 / 4, QUEUE_USED = 0x0A0 / 4
};
enum {
	MAGIC_VALUE = 0x74726976, VERSION_VALUE = 2,
	STATUS_ACKNOWLEDGE = 1, STATUS_DRIVER = 2, STATUS_DRIVER_OK = 4, STATUS_FEATURES_OK = 8,
	FEATURES_HIGH_VERSION_1 = 1, DESCRIPTOR_DEVICE_WRITES = 2
};

/* The device sees what was written before, and we what it wrote. */
static void barrier(void)
{
	__asm volatile("fence" ::: "memory");
}

static uint32_t find_slot(uint32_t id)
{
	for (uint32_t slot = 0; slot < VIRTIO_SLOTS; slot++) {
		volatile uint32_t *registers = VIRTIO_SLOT(slot);

		if (registers[MAGIC] == MAGIC_VALUE && registers[VERSION] == VERSION_VALUE && registers[DEVICE_ID] == id)
			return slot;
	}
	xs_ota_board_reset(XS_OTA_RESET_CRASH);
}

static void open_queue(volatile uint32_t *registers, uint32_t number, volatile VirtioQueue *queue)
{
	*queue = (VirtioQueue){ .used.index = 0 };
	registers[QUEUE_SELECT] = number;
	registers[QUEUE_SIZE] = 1;
	registers[QUEUE_DESCRIPTORS] = (uint32_t)(uintptr_t)&queue->descriptor;
	registers[QUEUE_AVAILABLE] = (uint32_t)(uintptr_t)&queue->available;
	registers[QUEUE_USED] = (uint32_t)(uintptr_t)&queue->used;
	registers[QUEUE_READY] = 1;
}

VirtioDevice xs_ota_virtio_open(uint32_t id, volatile VirtioQueue *queues, uint32_t count)
{
	uint32_t slot = find_slot(id), status = STATUS_ACKNOWLEDGE | STATUS_DRIVER;
	volatile uint32_t *registers = VIRTIO_SLOT(slot);

	registers[STATUS] = 0;
	registers[STATUS] = status;
	registers[DRIVER_FEATURES_SELECT] = 1;
	registers[DRIVER_FEATURES] = FEATURES_HIGH_VERSION_1;
	registers[STATUS] = status |= STATUS_FEATURES_OK;
	for (uint32_t i = 0; i < count; i++)
		open_queue(registers, i, &queues[i]);
	registers[STATUS] = status | STATUS_DRIVER_OK;
	return (VirtioDevice){ registers, VIRTIO_INTERRUPT(slot), queues };
}

void xs_ota_virtio_offer(const VirtioDevice *device, uint32_t number, volatile void *buffer, uint32_t length,
	VirtioWriter writer)
{
	volatile VirtioQueue *queue = &device->queues[number];

	queue->descriptor.address = (uint32_t)(uintptr_t)buffer;
	queue->descriptor.length = length;
	queue->descriptor.flags = writer == VIRTIO_DEVICE_WRITES ? DESCRIPTOR_DEVICE_WRITES : 0;
	barrier();
	queue->available.index++;
	barrier();
	device->registers[QUEUE_NOTIFY] = number;
}

bool xs_ota_virtio_is_done(const VirtioDevice *device, uint32_t number)
{
	volatile VirtioQueue *queue = &device->queues[number];

	if (queue->used.index != queue->available.index)
		return false;
	barrier();
	return true;
}

uint32_t xs_ota_virtio_length(const VirtioDevice *device, uint32_t number)
{
	return device->queues[number].used.ring[0].length;
}

void xs_ota_virtio_acknowledge(const VirtioDevice *device)
{
	device->registers[INTERRUPT_ACKNOWLEDGE] = device->registers[INTERRUPT_STATUS];
}
