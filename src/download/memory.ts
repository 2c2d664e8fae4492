// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";

/** What the bytes are for: a block put together from HTTP, the bitmap of a file, a request for blocks. */
export type MemoryUse = "block" | "bitmap" | "request";

/** Memory that the application gives: a buffer for each use, and an allocator for where one is absent or too short. */
export interface MemoryOptions extends Readonly<Partial<Record<MemoryUse, Uint8Array>>> {
  /** Gives `length` bytes; without it, the buffers must suffice. */
  readonly allocate?: (length: number) => Uint8Array;
}

/** Takes everything from the heap. */
const heap: MemoryOptions = Object.freeze({ allocate: (length: number) => new Uint8Array(length) });

/** Where the agent's byte buffers come from. OtaAppBuffer_t, and malloc, of the C library. */
export class Memory {
  readonly #options: MemoryOptions;

  constructor(options: MemoryOptions = heap) {
    this.#options = options;
  }

  /**
   * Gives `length` bytes, of any contents, good until the next call for the same use.
   * @throws OtaError "memory-exhausted", naming the buffer and the bytes that it should have.
   */
  take(use: MemoryUse, length: number): Uint8Array {
    const buffer = this.#options[use];
    if (buffer !== undefined && buffer.length >= length) return buffer.subarray(0, length);
    const allocated = this.#options.allocate?.(length);
    if (allocated?.length === length) return allocated;
    throw new OtaError(
      "memory-exhausted",
      `memory.${use} has ${buffer?.length ?? 0} bytes, ${length} are needed`,
    );
  }
}
Object.freeze(Memory.prototype);
