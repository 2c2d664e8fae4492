/* SPDX-License-Identifier: MIT
 * Made by toolchain/flash-map.ts from flash.json. */
#include "flash-map.h"

static const XsOtaPartition partitions[] = {
	{ "boot", 0u, 32768u },
	{ "counter", 32768u, 4096u },
	{ "data", 36864u, 8192u },
	{ "slot-a", 45056u, 774144u },
	{ "slot-b", 819200u, 770048u },
	{ "journal", 1589248u, 16384u },
	{ "files", 1605632u, 65536u },
	{ 0, 0, 0 }
};

const XsOtaFlashMap xs_ota_flash_map = {
	1671168u, 4096u, 4u, 0xff, partitions
};
