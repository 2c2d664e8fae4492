// SPDX-License-Identifier: MIT
import type { Crypto } from "../crypto.js";
import type { FlashPartition } from "../flash.js";

/** Bytes read back in one go to be hashed. */
const CHUNK = 1024;

/** SHA-256 of the first `size` bytes that are on the flash. @throws OtaError "flash-failed". */
export function digestOf(crypto: Crypto, flash: FlashPartition, size: number): Uint8Array {
  const sha256 = crypto.sha256();
  const bytes = new Uint8Array(CHUNK);
  for (let offset = 0; offset < size; offset += CHUNK) {
    const piece = bytes.subarray(0, Math.min(CHUNK, size - offset));
    flash.read(piece, offset);
    sha256.update(piece);
  }
  return sha256.digest();
}
