// SPDX-License-Identifier: MIT

/** Sizes of the two parts. Source: RFC 3284 section 5.1, "s_near" and "s_same" of the default. */
export const NEAR = 4;
export const SAME = 3;
/** First address mode of each part; before them are 0, the address itself, and 1, its distance from here. */
export const NEAR_MODE = 2;
export const SAME_MODE = NEAR_MODE + NEAR;

/** The addresses copied from last, by which the next ones are told in fewer bytes. Source: RFC 3284 section 5.1. */
export class AddressCache {
  readonly #near = new Uint32Array(NEAR);
  readonly #same = new Uint32Array(SAME * 256);
  #next = 0;

  /** As at the start of each window. */
  reset(): void {
    this.#near.fill(0);
    this.#same.fill(0);
    this.#next = 0;
  }

  /** @param slot 0..3 */
  near(slot: number): number {
    return this.#near[slot] as number;
  }

  /** @param slot 0..767 */
  same(slot: number): number {
    return this.#same[slot] as number;
  }

  update(address: number): void {
    this.#near[this.#next] = address;
    this.#next = (this.#next + 1) % NEAR;
    this.#same[address % this.#same.length] = address;
  }
}
Object.freeze(AddressCache.prototype);
