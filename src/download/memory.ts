// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import { encodeUtf8 } from "../job/utf8.js";

/** What the bytes are for: a block put together from HTTP, the bitmap of a file, a request for blocks. */
export type MemoryUse = "block" | "bitmap" | "request";

/** Texts of a job's document, by the names of the C library's buffers. Source: OtaAppBuffer_t in ota.h. */
export type TextUse = "updateFilePath" | "certFilePath" | "streamName" | "url" | "authScheme";

/** Memory that the application gives: a buffer for each use, and an allocator for where one is absent or too short. */
export interface MemoryOptions extends Readonly<Partial<Record<MemoryUse, Uint8Array>>> {
  /** Most bytes of each text. Texts are the engine's, in its heap, so there is a size in place of a buffer. */
  readonly texts?: Readonly<Partial<Record<TextUse, number>>>;
  /** Gives `length` bytes; without it, the buffers must suffice, and the texts keep to their sizes. */
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
    throw exhausted(use, buffer?.length ?? 0, length);
  }

  /**
   * Holds a text against the size that the application has for it.
   * @throws OtaError "memory-exhausted", naming the text, its size and the bytes that it should have.
   */
  admit(use: TextUse, text = ""): void {
    const { texts, allocate } = this.#options;
    const most = texts?.[use];
    if (most === undefined || allocate !== undefined) return;
    const { length } = encodeUtf8(text);
    if (length > most) throw exhausted(`texts.${use}`, most, length);
  }
}
Object.freeze(Memory.prototype);

function exhausted(what: string, has: number, needed: number): OtaError {
  const why = `memory.${what} has ${has} bytes, ${needed} are needed`;
  return new OtaError("memory-exhausted", why);
}
