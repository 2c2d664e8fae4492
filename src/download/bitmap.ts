// SPDX-License-Identifier: MIT
import type { ReceivedBlocks } from "xs-ota/pal/pal";
import { OtaError } from "xs-ota/pal/error";
import { Memory } from "./memory.js";

/**
 * Which blocks of a file are still wanted: bit k, least significant first in each byte, is block k, and 1 means
 * wanted, as AWS IoT Streams has it on the wire. Bits after the last block are 0.
 */
export class BlockBitmap implements ReceivedBlocks {
  readonly blockSize: number;
  readonly blockCount: number;
  readonly #fileSize: number;
  readonly #bits: Uint8Array;
  #remaining: number;

  /**
   * @param fileSize bytes, at least 1
   * @param blockSize bytes
   * @param saved `bits` of an earlier bitmap of the same file; every block is wanted when it is absent
   * @param memory where the bits are kept
   * @throws OtaError "argument-invalid" when `saved` is not of this file's length; "memory-exhausted".
   */
  constructor(fileSize: number, blockSize: number, saved?: Uint8Array, memory = new Memory()) {
    this.#fileSize = fileSize;
    this.blockSize = blockSize;
    this.blockCount = Math.ceil(fileSize / blockSize);
    const length = bitmapLength(fileSize, blockSize);
    if (saved !== undefined && saved.length !== length) {
      throw new OtaError("argument-invalid", `bitmap of ${saved.length} bytes, not ${length}`);
    }
    this.#bits = memory.take("bitmap", length);
    if (saved === undefined) this.#bits.fill(0xff);
    else this.#bits.set(saved);
    const tail = this.blockCount & 7;
    if (tail !== 0) this.#bits[length - 1] = (this.#bits[length - 1] as number) & ((1 << tail) - 1);
    this.#remaining = 0;
    for (let block = 0; block < this.blockCount; block++) if (!this.has(block)) this.#remaining++;
  }

  /** Blocks still wanted. */
  get remaining(): number {
    return this.#remaining;
  }

  /** What to save, to go on after a reset. The bitmap keeps it. */
  get bits(): Uint8Array {
    return this.#bits;
  }

  has(blockIndex: number): boolean {
    return (((this.#bits[blockIndex >> 3] ?? 0) >> (blockIndex & 7)) & 1) === 0;
  }

  /** Bytes in a block; the last may be shorter. */
  lengthOf(blockIndex: number): number {
    return Math.min(this.blockSize, this.#fileSize - blockIndex * this.blockSize);
  }

  /** Marks a wanted block as received. */
  receive(blockIndex: number): void {
    if (this.has(blockIndex)) return;
    this.#flip(blockIndex);
    this.#remaining--;
  }

  lose(blockIndex: number): void {
    if (!this.has(blockIndex) || blockIndex >= this.blockCount) return;
    this.#flip(blockIndex);
    this.#remaining++;
  }

  #flip(blockIndex: number): void {
    const at = blockIndex >> 3;
    this.#bits[at] = (this.#bits[at] as number) ^ (1 << (blockIndex & 7));
  }

  /** First block at or after `from` that is wanted, or `undefined`. */
  firstWanted(from = 0): number | undefined {
    for (let block = from; block < this.blockCount; block++) if (!this.has(block)) return block;
    return undefined;
  }

  /** Number of wanted blocks among `count` blocks from `first`, at most `limit`. */
  wantedIn(first: number, count: number, limit: number): number {
    const end = Math.min(this.blockCount, first + count);
    let wanted = 0;
    for (let block = first; block < end && wanted < limit; block++) if (!this.has(block)) wanted++;
    return wanted;
  }

  /** Number of wanted blocks in a row from `first`, at most `limit`. */
  runFrom(first: number, limit: number): number {
    let count = 0;
    while (count < limit && first + count < this.blockCount && !this.has(first + count)) count++;
    return count;
  }
}
Object.freeze(BlockBitmap.prototype);

/** Bytes that a bitmap of a file has. */
export const bitmapLength = (fileSize: number, blockSize: number): number =>
  Math.ceil(Math.ceil(fileSize / blockSize) / 8);
