// SPDX-License-Identifier: MIT
import type { FlashPartition } from "../flash.js";

/** Bits of a record that must have left the erased state for it to be set: one that flips by itself is no count. */
const SET_BITS = 4;

function countBits(byte: number): number {
  let bits = 0;
  for (let left = byte; left !== 0; left &= left - 1) bits++;
  return bits;
}

/**
 * The least security counter that the bootloader accepts. Source: docs/flash-format.md, "Counter".
 * @throws OtaError "flash-failed".
 */
export function readSecurityCounter(counter: FlashPartition): number {
  const { size, writeSize, erasedByte } = counter.geometry;
  const record = new Uint8Array(writeSize);
  let count = 0;
  for (let at = 0; at + writeSize <= size; at += writeSize) {
    counter.read(record, at);
    const bits = record.reduce((sum, byte) => sum + countBits(byte ^ erasedByte), 0);
    if (bits === 0) break;
    if (bits >= SET_BITS) count++;
  }
  return count;
}
