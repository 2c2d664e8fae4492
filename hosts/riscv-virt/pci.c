/* SPDX-License-Identifier: MIT
 * Source: PCI Local Bus Specification 3.0, chapter 6. */
#include "pci.h"

#include "board.h"
#include "registers.h"

/* configuration space, in words */
enum { ID = 0, COMMAND = 1, BASE_ADDRESS = 4, COMMAND_MEMORY = 1 << 1 };

volatile uint32_t *xs_ota_pci_find(uint32_t id)
{
	for (uint32_t device = 0; device < PCI_DEVICES; device++)
		if (PCI_CONFIGURATION(device)[ID] == id)
			return PCI_CONFIGURATION(device);
	xs_ota_board_reset(XS_OTA_RESET_CRASH);
}

void xs_ota_pci_map(volatile uint32_t *configuration, uint32_t address)
{
	configuration[BASE_ADDRESS] = address;
	configuration[COMMAND] |= COMMAND_MEMORY;
}
