// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import type { ImageSource } from "../image/mcuboot.js";

/** Bytes read ahead. */
const BUFFER = 64;
/** Bytes of the longest number: 32 bits in sevens. */
const MAX_NUMBER = 5;

/** The error that refuses a malformed delta. */
export const malformed = (why: string): OtaError =>
  new OtaError("image-malformed", `delta: ${why}`);

/** Reads a part of a delta from its start to its end, a few bytes ahead, never beyond. */
export class Section {
  readonly #source: ImageSource;
  readonly #end: number;
  readonly #buffer = new Uint8Array(BUFFER);
  /** Offset of the next byte in the source. */
  #at: number;
  /** Where the buffer's bytes end in the source. */
  #ahead: number;

  /** @param offset of the first byte @param length bytes */
  constructor(source: ImageSource, offset: number, length: number) {
    this.#source = source;
    this.#at = offset;
    this.#ahead = offset;
    this.#end = offset + length;
  }

  /** Of the next byte, from the start of the source. */
  get offset(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#end;
  }

  byte(): number {
    if (this.#at === this.#end) throw malformed(`a section ends early, at byte ${this.#at}`);
    if (this.#at === this.#ahead) {
      const length = Math.min(BUFFER, this.#end - this.#at);
      this.#source.read(this.#buffer.subarray(BUFFER - length), this.#at);
      this.#ahead += length;
    }
    return this.#buffer[BUFFER - (this.#ahead - this.#at++)] as number;
  }

  /** A number of 32 bits at most. Source: RFC 3284 section 2. */
  number(): number {
    let value = 0;
    for (let length = 1; length <= MAX_NUMBER; length++) {
      const byte = this.byte();
      value = value * 128 + (byte & 0x7f);
      if (value > 0xffff_ffff) break;
      if (byte < 0x80) return value;
    }
    throw malformed(`a number before byte ${this.#at} is too large`);
  }

  /** Fills `into`. */
  bytes(into: Uint8Array): void {
    if (into.length > this.#end - this.#at) throw malformed(`a section ends early, at ${this.#at}`);
    this.#source.read(into, this.#at);
    this.#at += into.length;
    this.#ahead = this.#at;
  }
}
Object.freeze(Section.prototype);
