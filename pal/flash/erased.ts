// SPDX-License-Identifier: MIT
import type { FlashPartition } from "../flash.js";

/** Bytes looked at in one go. */
const LOOK = 256;

/** Whether all of `length` bytes from byte `offset` on read as erased. @throws OtaError "flash-failed". */
export function isErased(flash: FlashPartition, offset: number, length: number): boolean {
  const { erasedByte } = flash.geometry;
  const bytes = new Uint8Array(Math.min(LOOK, length));
  for (let at = 0; at < length; at += LOOK) {
    const piece = bytes.subarray(0, Math.min(LOOK, length - at));
    flash.read(piece, offset + at);
    if (piece.some(byte => byte !== erasedByte)) return false;
  }
  return true;
}
