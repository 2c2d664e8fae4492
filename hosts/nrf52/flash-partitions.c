/* SPDX-License-Identifier: MIT
 * Made by toolchain/flash-map.ts from flash.json. */
#include "flash-map.h"

static const XsOtaPartition partitions[] = {
	{ "boot", 0u, 32768u },
	{ "journal", 32768u, 16384u },
	{ "counter", 49152u, 4096u },
	{ "data", 53248u, 8192u },
	{ "slot-a", 61440u, 757760u },
	{ "slot-b", 819200u, 753664u },
	{ 0, 0, 0 }
};

const XsOtaFlashMap xs_ota_flash_map = {
	1572864u, 4096u, 4u, 0xff, partitions
};
