// SPDX-License-Identifier: MIT
import type { ImageSource } from "../image/mcuboot.js";
import { AddressCache, NEAR_MODE, SAME_MODE } from "./address-cache.js";
import { ADD, COPY, ENTRY_SIZE, INSTRUCTION_SIZE, makeCodeTable, NOOP, RUN } from "./code-table.js";
import { malformed, Section } from "./section.js";

/*
 * VCDIFF with the default code table and without a secondary compressor: the windows of a delta, one after another, each
 * made of a segment of the base and of what the window says. Source: RFC 3284.
 *
 *   window     indicator, [segment's size, its position], length of the rest:
 *              target's size, 0, lengths of data, instructions, addresses; then these three sections
 */

/** Win_Indicator: a segment of the base is used. Source: RFC 3284 section 4.2. */
const VCD_SOURCE = 0x01;

/** Where a window's parts are; offsets from the start of the delta. */
export interface DeltaWindow {
  /** Segment of the base that COPY may take from. */
  readonly source: { readonly offset: number; readonly size: number };
  /** Bytes that the window makes. */
  readonly targetSize: number;
  readonly data: Section;
  readonly instructions: Section;
  readonly addresses: Section;
  /** Where the next window begins. */
  readonly end: number;
}

/**
 * Reads the head of the window that begins at `offset`.
 * @param size bytes of the delta @param baseSize bytes of the base that may be used
 * @throws OtaError "image-malformed", and what `delta` throws.
 */
export function readWindow(
  delta: ImageSource,
  offset: number,
  size: number,
  baseSize: number,
): DeltaWindow {
  const head = new Section(delta, offset, size - offset);
  const indicator = head.byte();
  if ((indicator & ~VCD_SOURCE) !== 0) throw malformed(`window indicator ${indicator}`);
  const source = indicator === 0 ? { size: 0, offset: 0 } : readSource(head, baseSize);
  const length = head.number();
  const end = head.offset + length;
  if (end > size) throw malformed(`a window ends at ${end} of ${size} bytes`);
  const targetSize = head.number();
  const compressed = head.byte();
  if (compressed !== 0) throw malformed(`delta indicator ${compressed}: it is compressed`);
  const lengths = [head.number(), head.number(), head.number()] as const;
  return { source, targetSize, end, ...sectionsOf(delta, head.offset, lengths, end) };
}

function readSource(head: Section, baseSize: number): DeltaWindow["source"] {
  const size = head.number();
  const offset = head.number();
  if (offset + size <= baseSize) return { size, offset };
  throw malformed(`a window takes ${size} bytes at ${offset} of a base of ${baseSize}`);
}

function sectionsOf(
  delta: ImageSource,
  offset: number,
  [data, instructions, addresses]: readonly [number, number, number],
  end: number,
): Pick<DeltaWindow, "data" | "instructions" | "addresses"> {
  if (offset + data + instructions + addresses !== end) {
    throw malformed(`the sections of the window that ends at ${end} do not fill it`);
  }
  return {
    data: new Section(delta, offset, data),
    instructions: new Section(delta, offset + data, instructions),
    addresses: new Section(delta, offset + data + instructions, addresses),
  };
}

/** Makes the bytes of windows; it keeps nothing from one to the next. Takes 5 KB. */
export class WindowDecoder {
  readonly #base: ImageSource;
  readonly #cache = new AddressCache();
  readonly #codes = makeCodeTable();

  constructor(base: ImageSource) {
    this.#base = base;
  }

  /**
   * Fills `into`, whose length is the window's `targetSize`.
   * @throws OtaError "image-malformed", and what base and delta throw.
   */
  decode(window: DeltaWindow, into: Uint8Array): void {
    const { data, instructions, addresses } = window;
    this.#cache.reset();
    let filled = 0;
    while (!instructions.isAtEnd) {
      const entry = instructions.byte() * ENTRY_SIZE;
      filled += this.#run(entry, window, into, filled);
      filled += this.#run(entry + INSTRUCTION_SIZE, window, into, filled);
    }
    if (filled !== into.length) throw malformed("a window makes less than it says");
    if (!data.isAtEnd || !addresses.isAtEnd) throw malformed("a window has bytes of no use");
  }

  /** @param code where the instruction is in the code table @returns bytes made. */
  #run(code: number, window: DeltaWindow, into: Uint8Array, at: number): number {
    const type = this.#codes[code];
    if (type === NOOP) return 0;
    const size = this.#codes[code + 1] || window.instructions.number();
    if (size > into.length - at) throw malformed("a window makes more than it says");
    if (type === ADD) window.data.bytes(into.subarray(at, at + size));
    if (type === RUN) into.fill(window.data.byte(), at, at + size);
    if (type === COPY) {
      const address = this.#address(this.#codes[code + 2] as number, window, at);
      this.#copy(address, window, into, at, size);
    }
    return size;
  }

  /** An address counts from the start of the segment; the window's own bytes follow it. Source: RFC 3284 section 5.3. */
  #address(mode: number, { source, addresses }: DeltaWindow, at: number): number {
    const here = source.size + at;
    const cache = this.#cache;
    let address: number;
    if (mode >= SAME_MODE) address = cache.same((mode - SAME_MODE) * 256 + addresses.byte());
    else if (mode >= NEAR_MODE) address = cache.near(mode - NEAR_MODE) + addresses.number();
    else address = mode === 0 ? addresses.number() : here - addresses.number();
    if (address < 0 || address >= here) throw malformed(`address ${address} is not before ${here}`);
    cache.update(address);
    return address;
  }

  /** What is copied may begin in the segment and end in the window, and overlap what it makes. */
  #copy(
    address: number,
    { source }: DeltaWindow,
    into: Uint8Array,
    at: number,
    size: number,
  ): void {
    const fromBase = Math.max(0, Math.min(size, source.size - address));
    if (fromBase > 0) {
      this.#base.read(into.subarray(at, at + fromBase), source.offset + address);
    }
    const first = address - source.size;
    for (let index = fromBase; index < size; index++) {
      into[at + index] = into[first + index] as number;
    }
  }
}
Object.freeze(WindowDecoder.prototype);
