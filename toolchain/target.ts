// SPDX-License-Identifier: MIT
import { deviceClassOf } from "./image.js";
import { writeIfChanged } from "./output.js";

/** Writes, as C, what a host's bootloader compares the device class of an image with. */
export function writeTarget(name: string, file: string): void {
  const bytes = [...deviceClassOf(name)].map(byte => `0x${byte.toString(16).padStart(2, "0")}`);
  writeIfChanged(
    file,
    `/* SPDX-License-Identifier: MIT
 * Made by toolchain/target.ts. */
#include "target.h"

const uint8_t xs_ota_target[OTA_TARGET_SIZE] = {
\t${bytes.join(", ")}
};
`,
  );
}
