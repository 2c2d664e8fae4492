// SPDX-License-Identifier: MIT
import { OtaError } from "../error.js";
import type { FlashGeometry, FlashPartition } from "../flash.js";

/** A part of a partition, of whole erase blocks. */
export class Subpartition implements FlashPartition {
  readonly geometry: FlashGeometry;
  readonly #whole: FlashPartition;
  readonly #offset: number;

  /** @param offset of the first byte, a multiple of the erase block @param size bytes, likewise */
  constructor(whole: FlashPartition, offset: number, size: number) {
    const { blockSize } = whole.geometry;
    if (offset % blockSize !== 0 || size % blockSize !== 0) {
      throw new OtaError("argument-invalid", `${offset}+${size} are not whole blocks`);
    }
    this.geometry = Object.freeze({ ...whole.geometry, size });
    this.#whole = whole;
    this.#offset = offset;
  }

  #check(offset: number, length: number): void {
    if (offset < 0 || length < 0 || offset + length > this.geometry.size) {
      throw new OtaError("flash-failed", `${offset}+${length} are outside the partition`);
    }
  }

  read(into: Uint8Array, offset: number): void {
    this.#check(offset, into.length);
    this.#whole.read(into, this.#offset + offset);
  }

  write(bytes: Uint8Array, offset: number): void {
    this.#check(offset, bytes.length);
    this.#whole.write(bytes, this.#offset + offset);
  }

  erase(first: number, count: number): void {
    const { blockSize } = this.geometry;
    this.#check(first * blockSize, count * blockSize);
    this.#whole.erase(this.#offset / blockSize + first, count);
  }
}
Object.freeze(Subpartition.prototype);
