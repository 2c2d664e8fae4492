/* SPDX-License-Identifier: MIT
 * Made by toolchain/flash-map.ts from flash.json. */
#include "flash-map.h"

static const XsOtaPartition partitions[] = {
	{ "boot", 0u, 65536u },
	{ "slot-a", 65536u, 4194304u },
	{ "slot-b", 4259840u, 4194304u },
	{ "journal", 8454144u, 16384u },
	{ "counter", 8470528u, 8192u },
	{ "data", 8478720u, 65536u },
	{ "files", 8544256u, 65536u },
	{ 0, 0, 0 }
};

const XsOtaFlashMap xs_ota_flash_map = {
	8609792u, 4096u, 4u, 0xff, partitions
};
