// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import type { FlashGeometry, FlashPartition } from "xs-ota/pal/flash";
import { type Failure, PowerLoss, SimPower } from "./sim-power.js";

/** Numbers in 0..2^32-1 that follow from `seed` alone. Source: mulberry32, public domain. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** What a torn operation leaves: each byte the old one, the new one, or anything. */
function garble(target: Uint8Array, wanted: Uint8Array, seed: number): void {
  const random = randomFrom(seed);
  for (const [at, byte] of wanted.entries()) {
    const choice = random() % 3;
    if (choice === 1) target[at] = byte;
    if (choice === 2) target[at] = random() & 0xff;
  }
}

/** Bytes that "tail" leaves. */
const TAIL = 16;

function tear(target: Uint8Array, wanted: Uint8Array, { tear, seed }: Failure): void {
  if (tear === "garbled") garble(target, wanted, seed);
  if (tear === "all") target.set(wanted);
  if (tear === "half") target.set(wanted.subarray(0, wanted.length >> 1));
  if (tear === "tail") target.set(wanted.subarray(0, Math.max(0, wanted.length - TAIL)));
}

/**
 * NOR flash in memory that loses power on demand, and is stricter than hardware:
 * 1. out of range, unaligned, or a second write of a unit without an erase is refused;
 * 2. writing the erased value counts as a write;
 * 3. a block whose erase was torn cannot be written until it is erased again, even where it reads
 *    as erased.
 *
 * A refusal is an OtaError, as the interface has it, and is kept in `violations` as well, so that
 * no test overlooks one that the code under test has handled.
 */
export class SimFlash implements FlashPartition {
  readonly geometry: FlashGeometry;
  readonly power: SimPower;
  /** Refused operations, in words. */
  readonly violations: string[] = [];
  /** Erases of each block since the flash was made; a clone keeps them. */
  readonly wear: Uint32Array;
  readonly #bytes: Uint8Array;
  /** One for each unit of writeSize: 1 when it cannot be written before the next erase. */
  readonly #spent: Uint8Array;

  constructor(geometry: FlashGeometry, power: SimPower = new SimPower()) {
    this.geometry = Object.freeze({ ...geometry });
    this.power = power;
    this.wear = new Uint32Array(geometry.size / geometry.blockSize);
    this.#bytes = new Uint8Array(geometry.size).fill(geometry.erasedByte);
    this.#spent = new Uint8Array(geometry.size / geometry.writeSize);
  }

  /** The same contents on another supply. */
  clone(power: SimPower = new SimPower()): SimFlash {
    const copy = new SimFlash(this.geometry, power);
    copy.#bytes.set(this.#bytes);
    copy.#spent.set(this.#spent);
    copy.wear.set(this.wear);
    return copy;
  }

  /** A copy of the contents, for comparisons; costs no operation and needs no power. */
  contents(): Uint8Array {
    return this.#bytes.slice();
  }

  /** Changes bytes behind the flash's back, as a defect of the chip would: what is no longer erased cannot be written. */
  corrupt(offset: number, ...bytes: readonly number[]): void {
    this.#bytes.set(bytes, offset);
    const { writeSize, erasedByte } = this.geometry;
    for (const [at, byte] of bytes.entries()) {
      if (byte !== erasedByte) this.#spent[Math.floor((offset + at) / writeSize)] = 1;
    }
  }

  read(into: Uint8Array, offset: number): void {
    this.power.need();
    this.#inRange("read", offset, into.length);
    into.set(this.#bytes.subarray(offset, offset + into.length));
  }

  write(bytes: Uint8Array, offset: number): void {
    this.power.need();
    const { writeSize } = this.geometry;
    this.#inRange("write", offset, bytes.length);
    if (offset % writeSize !== 0 || bytes.length % writeSize !== 0) {
      this.#refuse(`write of ${bytes.length} at ${offset}: not aligned to ${writeSize}`);
    }
    const units = this.#units(offset, bytes.length);
    if (units.includes(1)) this.#refuse(`write of ${bytes.length} at ${offset}: not erased`);
    const target = this.#bytes.subarray(offset, offset + bytes.length);
    const failure = this.power.spend({
      kind: "write",
      partition: this,
      repeatOn: copy => copy.write(bytes, offset),
    });
    if (failure === undefined) {
      target.set(bytes);
      units.fill(1);
      return;
    }
    tear(target, bytes, failure);
    this.#spendUnitsThatChanged(target, units);
    throw new PowerLoss(`write of ${bytes.length} at ${offset}`);
  }

  erase(first: number, count: number): void {
    this.power.need();
    const { blockSize } = this.geometry;
    const offset = Number.isInteger(first) ? first * blockSize : NaN;
    this.#inRange("erase", offset, count * blockSize);
    for (let block = first; block < first + count; block++) this.#eraseBlock(block);
  }

  #eraseBlock(block: number): void {
    const { blockSize, erasedByte } = this.geometry;
    const offset = block * blockSize;
    const target = this.#bytes.subarray(offset, offset + blockSize);
    const failure = this.power.spend({
      kind: "erase",
      partition: this,
      repeatOn: copy => copy.erase(block, 1),
    });
    this.wear[block] = (this.wear[block] ?? 0) + 1;
    if (failure === undefined) {
      target.fill(erasedByte);
      this.#units(offset, blockSize).fill(0);
      return;
    }
    tear(target, new Uint8Array(blockSize).fill(erasedByte), failure);
    if (failure.tear !== "none")
      this.#units(offset, blockSize).fill(failure.tear === "all" ? 0 : 1);
    throw new PowerLoss(`erase of block ${block}`);
  }

  #units(offset: number, length: number): Uint8Array {
    const { writeSize } = this.geometry;
    return this.#spent.subarray(offset / writeSize, (offset + length) / writeSize);
  }

  /** After a tear nobody can tell a unit that was not begun from one that reads as erased. */
  #spendUnitsThatChanged(target: Uint8Array, units: Uint8Array): void {
    const { writeSize, erasedByte } = this.geometry;
    for (const [at, byte] of target.entries()) {
      if (byte !== erasedByte) units[Math.floor(at / writeSize)] = 1;
    }
  }

  #inRange(what: string, offset: number, length: number): void {
    const { size } = this.geometry;
    const whole = Number.isInteger(offset) && Number.isInteger(length);
    if (whole && offset >= 0 && length >= 0 && offset + length <= size) return;
    this.#refuse(`${what} of ${length} at ${offset}: outside the partition of ${size}`);
  }

  #refuse(violation: string): never {
    this.violations.push(violation);
    throw new OtaError("flash-failed", violation);
  }
}
