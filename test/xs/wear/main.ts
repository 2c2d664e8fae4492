// SPDX-License-Identifier: MIT
import { openPartition } from "xs-ota/host/flash";

/** Erases the first block of slot-b three times, and the two after it once. */
const slot = openPartition("slot-b");
for (const [first, count] of [
  [0, 1],
  [0, 3],
  [0, 1],
] as const) {
  slot.erase(first, count);
}
trace("erased\n");
