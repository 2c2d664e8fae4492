// SPDX-License-Identifier: MIT
import { OtaError } from "../error.js";
import type { FlashPartition } from "../flash.js";
import type { ReceivedBlocks } from "../pal.js";
import { isErased } from "./erased.js";

/**
 * Writes the blocks of one file to a partition in any order, erasing each erase block before its first byte.
 * Blocks of the file and erase blocks may be of different sizes.
 */
export class BlockWriter {
  readonly #flash: FlashPartition;
  readonly #fileSize: number;
  /** Which erase blocks are ready to take what is missing: 1 is ready. */
  readonly #ready: Uint8Array;
  readonly #tail: Uint8Array;

  /**
   * @param received what is on the flash already; a block that shares an erase block with a torn one is taken back, for both
   *   must be erased together
   */
  constructor(flash: FlashPartition, fileSize: number, received: ReceivedBlocks) {
    const { blockSize, writeSize } = flash.geometry;
    this.#flash = flash;
    this.#fileSize = fileSize;
    this.#ready = new Uint8Array(Math.ceil(fileSize / blockSize));
    this.#tail = new Uint8Array(writeSize);
    for (let torn = true; torn;) torn = this.#takeBack(received);
  }

  /** One look over all erase blocks. @returns whether a block was taken back, which may concern another erase block. */
  #takeBack(received: ReceivedBlocks): boolean {
    let torn = false;
    for (let erase = 0; erase < this.#ready.length; erase++) {
      const blocks = this.#blocksIn(erase, received.blockSize);
      const kept = blocks.filter(block => received.has(block));
      const isUsable = kept.length > 0 && this.#isRestErased(erase, received);
      this.#ready[erase] = isUsable ? 1 : 0;
      if (kept.length === 0 || isUsable) continue;
      for (const block of kept) received.lose(block);
      torn = true;
    }
    return torn;
  }

  /** Indices of the file's blocks that touch an erase block. */
  #blocksIn(erase: number, size: number): readonly number[] {
    const { blockSize } = this.#flash.geometry;
    const end = Math.min(this.#fileSize, (erase + 1) * blockSize);
    const first = Math.floor((erase * blockSize) / size);
    return Array.from({ length: Math.ceil(end / size) - first }, (_, index) => first + index);
  }

  /** Whether the missing blocks of an erase block are still erased. */
  #isRestErased(erase: number, received: ReceivedBlocks): boolean {
    const { blockSize } = this.#flash.geometry;
    const first = erase * blockSize;
    return this.#blocksIn(erase, received.blockSize).every(block => {
      const from = Math.max(first, block * received.blockSize);
      const to = Math.min(first + blockSize, (block + 1) * received.blockSize);
      return received.has(block) || isErased(this.#flash, from, to - from);
    });
  }

  /** Stores `bytes` at byte `offset`, a multiple of the write size. @throws OtaError "flash-failed". */
  write(bytes: Uint8Array, offset: number): void {
    if (offset + bytes.length > this.#fileSize) {
      throw new OtaError("flash-failed", `bytes ${offset}+${bytes.length} are beyond the file`);
    }
    const { blockSize, writeSize, erasedByte } = this.#flash.geometry;
    const last = Math.floor((offset + bytes.length - 1) / blockSize);
    for (let erase = Math.floor(offset / blockSize); erase <= last; erase++) this.#prepare(erase);
    // Reads as written already. If it were written, nobody could tell after a reset, and it would be written twice.
    if (bytes.every(byte => byte === erasedByte)) return;
    const whole = bytes.length - (bytes.length % writeSize);
    if (whole > 0) this.#flash.write(bytes.subarray(0, whole), offset);
    if (whole === bytes.length) return;
    this.#tail.fill(erasedByte);
    this.#tail.set(bytes.subarray(whole));
    this.#flash.write(this.#tail, offset + whole);
  }

  #prepare(erase: number): void {
    if (this.#ready[erase] === 1) return;
    this.#flash.erase(erase, 1);
    this.#ready[erase] = 1;
  }
}
Object.freeze(BlockWriter.prototype);
