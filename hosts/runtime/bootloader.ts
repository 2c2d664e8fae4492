// SPDX-License-Identifier: MIT
import type { Bootloader } from "xs-ota/common/host";
import { openMcuboot } from "xs-ota/common/mcuboot";
import { openPartition } from "./flash.js";
import { deviceClass } from "./target.js";

/** The bootloader of the machine that the runtime is on. @throws OtaError "flash-failed"; "image-malformed". */
export const openBootloader = (): Bootloader => openMcuboot(openPartition, deviceClass());
