// SPDX-License-Identifier: MIT
import { AddressCache, NEAR, NEAR_MODE, SAME, SAME_MODE } from "xs-ota/delta/address-cache";
import { type ByteList, numberLength } from "./byte-list.js";

/** One way to tell an address. */
interface Way {
  readonly mode: number;
  readonly value: number;
  /** Bytes. */
  readonly cost: number;
}

const way = (mode: number, value: number): Way => ({ mode, value, cost: numberLength(value) });

/** Tells addresses in the fewest bytes. Source: RFC 3284 section 5.3. */
export class AddressWriter {
  readonly #cache = new AddressCache();

  /** @param here address of the byte to be made */
  #best(address: number, here: number): Way {
    const slot = address % (SAME * 256);
    if (this.#cache.same(slot) === address) {
      return { mode: SAME_MODE + Math.floor(slot / 256), value: slot % 256, cost: 1 };
    }
    const ways = [way(0, address), way(1, here - address)];
    for (let near = 0; near < NEAR; near++) {
      const distance = address - this.#cache.near(near);
      if (distance >= 0) ways.push(way(NEAR_MODE + near, distance));
    }
    return ways.reduce((best, other) => (other.cost < best.cost ? other : best));
  }

  /** Bytes that the address would take now. */
  costOf(address: number, here: number): number {
    return this.#best(address, here).cost;
  }

  /** @returns the address mode. */
  write(address: number, here: number, into: ByteList): number {
    const { mode, value } = this.#best(address, here);
    if (mode >= SAME_MODE) into.byte(value);
    else into.number(value);
    this.#cache.update(address);
    return mode;
  }
}
