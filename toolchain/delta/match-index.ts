// SPDX-License-Identifier: MIT

/** Bytes by which a place is found: the shortest match. */
export const SEED = 4;
/** Places looked at before the best of them is taken. */
const MAX_TRIES = 64;
const HASH_BITS = 18;

/** Bytes that are the same at two places. */
export interface Match {
  readonly position: number;
  readonly length: number;
}

/** Number of equal bytes from `a` in `left` and `b` in `right`, at most `limit`. */
export function commonLength(
  left: Uint8Array,
  a: number,
  right: Uint8Array,
  b: number,
  limit: number,
): number {
  const most = Math.min(limit, left.length - a, right.length - b);
  let length = 0;
  while (length < most && left[a + length] === right[b + length]) length++;
  return length;
}

/** Finds where bytes have occurred before: a hash of four bytes, and the places that share it, the newest first. */
export class MatchIndex {
  readonly #bytes: Uint8Array;
  readonly #newest = new Int32Array(1 << HASH_BITS).fill(-1);
  readonly #older: Int32Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#older = new Int32Array(bytes.length);
  }

  #slot(bytes: Uint8Array, at: number): number {
    const seed =
      (bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24);
    return Math.imul(seed, 0x9e3779b1) >>> (32 - HASH_BITS);
  }

  /** Makes the places from `first` on findable. */
  add(first: number, count: number): void {
    const end = Math.min(first + count, this.#bytes.length - SEED + 1);
    for (let position = first; position < end; position++) {
      const slot = this.#slot(this.#bytes, position);
      this.#older[position] = this.#newest[slot] as number;
      this.#newest[slot] = position;
    }
  }

  /** Places from `least` on whose bytes are those of `bytes` from `at`, and how many, at most `limit`; the newest first. */
  *find(bytes: Uint8Array, at: number, least: number, limit: number): Generator<Match> {
    if (limit < SEED || at + SEED > bytes.length) return;
    let position = this.#newest[this.#slot(bytes, at)] as number;
    for (let tries = 0; position >= least && tries < MAX_TRIES; tries++) {
      const length = commonLength(this.#bytes, position, bytes, at, limit);
      if (length >= SEED) yield { position, length };
      position = this.#older[position] as number;
    }
  }
}
