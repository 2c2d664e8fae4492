// SPDX-License-Identifier: MIT

/** Bytes of a number. Source: RFC 3284 section 2. */
export function numberLength(value: number): number {
  let length = 1;
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) length++;
  return length;
}

/** A section of a delta that grows. */
export class ByteList {
  readonly #bytes: number[] = [];

  get length(): number {
    return this.#bytes.length;
  }

  get bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  byte(value: number): void {
    this.#bytes.push(value);
  }

  append(bytes: Uint8Array): void {
    for (const byte of bytes) this.#bytes.push(byte);
  }

  /** @param value 0..2^32-1. Source: RFC 3284 section 2. */
  number(value: number): void {
    for (let left = numberLength(value) - 1; left >= 0; left--) {
      const seven = Math.floor(value / 128 ** left) % 128;
      this.#bytes.push(left > 0 ? seven | 0x80 : seven);
    }
  }
}
