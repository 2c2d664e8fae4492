// SPDX-License-Identifier: MIT
import { OtaError } from "../error.js";
import type { FlashPartition } from "../flash.js";
import type { Journal } from "../journal.js";
import { crc32 } from "./crc32.js";
import { isErased } from "./erased.js";

/*
 * Records, appended in a ring over all erase blocks. Little-endian. Source: docs/flash-format.md, "Journal".
 *
 *   size  field
 *      2  magic     0x4a58, "XJ"
 *      2  length    of bytes
 *      4  sequence  the highest whole record counts
 *      n  bytes
 *      4  crc       CRC-32 of all before
 *      -  padding   erased, to writeSize
 */
const MAGIC = 0x4a58;
const HEAD = 8;
const CRC = 4;

/** However large the erase blocks are: a device must have memory for some records at once. */
const CAPACITY_MAX = 4096;

/** A whole record and where it stands, in bytes from the start of the partition. */
interface Found {
  readonly sequence: number;
  readonly block: number;
  readonly bytes: Uint8Array;
  /** Offset of the byte behind it, where the next record may begin. */
  readonly end: number;
}

/** The sequence may wrap around. */
const isLater = (a: Found, b: Found): boolean => ((a.sequence - b.sequence) | 0) > 0;

/**
 * A record outlives a power cut in any operation: it is erased only after a newer one is whole in another block.
 * Wear: one erase of one block for each block full of records.
 */
export class FlashJournal implements Journal {
  readonly capacity: number;
  readonly #flash: FlashPartition;
  readonly #blockCount: number;
  #newest: Found | undefined;

  /** @throws OtaError "argument-invalid" for a partition of fewer than two blocks; "flash-failed". */
  constructor(flash: FlashPartition) {
    const { size, blockSize, writeSize } = flash.geometry;
    this.#flash = flash;
    this.#blockCount = Math.floor(size / blockSize);
    if (this.#blockCount < 2) throw new OtaError("argument-invalid", "a journal needs two blocks");
    this.capacity = Math.min(CAPACITY_MAX, blockSize - HEAD - CRC - writeSize);
    for (let block = 0; block < this.#blockCount; block++) this.#scan(block);
  }

  load(): Uint8Array | undefined {
    const bytes = this.#newest?.bytes;
    return bytes === undefined || bytes.length === 0 ? undefined : bytes.slice();
  }

  save(record: Uint8Array): void {
    if (record.length > this.capacity) {
      const what = `record of ${record.length} bytes, more than ${this.capacity}`;
      throw new OtaError("argument-invalid", what);
    }
    const newest = this.#newest;
    if (record.length === 0 && this.load() === undefined) return;
    const bytes = this.#format(record, ((newest?.sequence ?? 0) + 1) >>> 0);
    const offset = this.#place(bytes.length);
    this.#flash.write(bytes, offset);
    const written = this.#recordAt(offset);
    if (written === undefined)
      throw new OtaError("flash-failed", `record at ${offset} is not whole`);
    this.#newest = written;
  }

  /** Room for the next record: behind the newest, or in the next block that can be erased. */
  #place(length: number): number {
    const { blockSize } = this.#flash.geometry;
    const newest = this.#newest;
    if (newest !== undefined) {
      const blockEnd = (newest.block + 1) * blockSize;
      const isRoom = newest.end + length <= blockEnd;
      if (isRoom && isErased(this.#flash, newest.end, length)) return newest.end;
    }
    return this.#eraseAfter(newest?.block) * blockSize;
  }

  /** Erases the next block, or the next one that can be, save the newest record's. @throws OtaError of the last one. */
  #eraseAfter(newest = this.#blockCount - 1): number {
    for (let ahead = 1; ; ahead++) {
      const block = (newest + ahead) % this.#blockCount;
      try {
        this.#flash.erase(block, 1);
        return block;
      } catch (error) {
        if (!(error instanceof OtaError) || ahead >= this.#blockCount - 1) throw error;
      }
    }
  }

  #format(record: Uint8Array, sequence: number): Uint8Array {
    const { writeSize, erasedByte } = this.#flash.geometry;
    const end = HEAD + record.length + CRC;
    const bytes = new Uint8Array(Math.ceil(end / writeSize) * writeSize).fill(erasedByte);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, MAGIC, true);
    view.setUint16(2, record.length, true);
    view.setUint32(4, sequence, true);
    bytes.set(record, HEAD);
    view.setUint32(end - CRC, crc32(bytes.subarray(0, end - CRC)), true);
    return bytes;
  }

  /** Keeps the newest record, if this block has it. */
  #scan(block: number): void {
    const found = this.#lastByHeads(block) ?? this.#lastWhole(block);
    if (found === undefined) return;
    if (this.#newest === undefined || isLater(found, this.#newest)) this.#newest = found;
  }

  /**
   * The last whole record, found by heads alone: to check all of a large block takes a device seconds, and its watchdog
   * does not wait that long. Only the last one can be torn.
   */
  #lastByHeads(block: number): Found | undefined {
    const head = new Uint8Array(HEAD);
    const { blockSize } = this.#flash.geometry;
    const lasts: number[] = []; // the last two
    for (let at = block * blockSize, length = 1; length > 0; at += this.#align(length)) {
      length = at < (block + 1) * blockSize ? this.#lengthAt(at, head) : 0;
      if (length > 0) lasts.unshift(at);
      lasts.splice(2);
    }
    for (const at of lasts) {
      const found = this.#recordAt(at);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The last of the records up to the first that is not whole. */
  #lastWhole(block: number): Found | undefined {
    const { blockSize } = this.#flash.geometry;
    let last: Found | undefined;
    for (let found = this.#recordAt(block * blockSize); found?.block === block;) {
      last = found;
      found = this.#recordAt(found.end);
    }
    return last;
  }

  #align(length: number): number {
    const { writeSize } = this.#flash.geometry;
    return Math.ceil(length / writeSize) * writeSize;
  }

  /** Bytes of the record at `offset` by its head, which goes into `head`; 0 when none begins there. */
  #lengthAt(offset: number, head: Uint8Array): number {
    const { size, blockSize } = this.#flash.geometry;
    const room = Math.min(size, (Math.floor(offset / blockSize) + 1) * blockSize) - offset;
    if (room < HEAD + CRC) return 0;
    this.#flash.read(head, offset);
    const view = new DataView(head.buffer);
    const length = HEAD + view.getUint16(2, true) + CRC;
    return view.getUint16(0, true) === MAGIC && length <= room ? length : 0;
  }

  /** @returns the record that begins at `offset`, or `undefined` when none that is whole does. */
  #recordAt(offset: number): Found | undefined {
    const length = this.#lengthAt(offset, new Uint8Array(HEAD));
    if (length === 0) return undefined;
    const bytes = new Uint8Array(length);
    this.#flash.read(bytes, offset);
    const view = new DataView(bytes.buffer);
    const crc = view.getUint32(length - CRC, true);
    if (crc !== crc32(bytes.subarray(0, length - CRC))) return undefined;
    return {
      sequence: view.getUint32(4, true),
      block: Math.floor(offset / this.#flash.geometry.blockSize),
      bytes: bytes.subarray(HEAD, length - CRC),
      end: offset + this.#align(length),
    };
  }
}
Object.freeze(FlashJournal.prototype);
