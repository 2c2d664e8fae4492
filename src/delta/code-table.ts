// SPDX-License-Identifier: MIT

/** What an instruction does; RUN repeats one byte. */
export const NOOP = 0;
export const ADD = 1;
export const RUN = 2;
export const COPY = 3;

/** Bytes of one instruction in a code table: type, size and address mode. A size of 0 follows in the instructions section. */
export const INSTRUCTION_SIZE = 3;
/** Bytes of what one code stands for: two instructions, the second of which may be NOOP. */
export const ENTRY_SIZE = 2 * INSTRUCTION_SIZE;

const MODES = 9;
/** Modes whose pairs of ADD and COPY have three sizes of COPY. */
const LONG_MODES = 6;

/** Fills a code table in order. */
class TableWriter {
  readonly table = new Uint8Array(256 * ENTRY_SIZE);
  #at = 0;

  entry(first: readonly number[], second: readonly number[] = [NOOP, 0, 0]): void {
    this.table.set(first, this.#at);
    this.table.set(second, this.#at + INSTRUCTION_SIZE);
    this.#at += ENTRY_SIZE;
  }

  pairs(mode: number): void {
    const last = mode < LONG_MODES ? 6 : 4;
    for (let add = 1; add <= 4; add++) {
      for (let copy = 4; copy <= last; copy++) this.entry([ADD, add, 0], [COPY, copy, mode]);
    }
  }
}
Object.freeze(TableWriter.prototype);

/**
 * The default code table as bytes, 1536 of them: 256 entries of two instructions of three bytes. Made when it is needed, for as
 * objects it would take twenty times as much memory for good. Source: RFC 3284 section 5.6.
 */
export function makeCodeTable(): Uint8Array {
  const writer = new TableWriter();
  writer.entry([RUN, 0, 0]);
  for (let size = 0; size <= 17; size++) writer.entry([ADD, size, 0]);
  for (let mode = 0; mode < MODES; mode++) {
    writer.entry([COPY, 0, mode]);
    for (let size = 4; size <= 18; size++) writer.entry([COPY, size, mode]);
  }
  for (let mode = 0; mode < MODES; mode++) writer.pairs(mode);
  for (let mode = 0; mode < MODES; mode++) writer.entry([COPY, 4, mode], [ADD, 1, 0]);
  return writer.table;
}
