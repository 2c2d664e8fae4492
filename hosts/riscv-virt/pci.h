/* SPDX-License-Identifier: MIT */
#ifndef XS_OTA_VIRT_PCI_H
#define XS_OTA_VIRT_PCI_H

#include <stdint.h>

/* Configuration space of the device with this id (device << 16 | vendor). Not to be found is a broken board: a reset. */
volatile uint32_t *xs_ota_pci_find(uint32_t id);

/* Maps the device's registers, all of them memory, and lets it answer. */
void xs_ota_pci_map(volatile uint32_t *configuration, uint32_t address);

#endif
