// SPDX-License-Identifier: MIT
import type { FlashPartition } from "../flash.js";

/**
 * The least security counter that the bootloader accepts. Source: docs/flash-format.md, "Counter".
 * @throws OtaError "flash-failed".
 */
export function readSecurityCounter(counter: FlashPartition): number {
  const { size, writeSize, erasedByte } = counter.geometry;
  const record = new Uint8Array(writeSize);
  for (let index = 0; (index + 1) * writeSize <= size; index++) {
    counter.read(record, index * writeSize);
    if (record.every(byte => byte === erasedByte)) return index;
  }
  return Math.floor(size / writeSize);
}
