// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FlashPartition } from "xs-ota/pal/flash";

/** A partition of at least four blocks, whose contents may be destroyed. */
export interface FlashPort {
  readonly flash: FlashPartition;
  /** Another partition of the same device, if there is one. */
  readonly neighbour?: FlashPartition;
  /** The same partition as after a restart; the ones before it are not used any more. */
  reopen(): FlashPartition;
  close(): void;
}

const refused = { code: "flash-failed" };

/** Bytes at a time: a device has no memory for a whole partition, and may have none for one erase block. */
const PIECE = 1024;

/** Bytes that no unit of which reads as erased, on either kind of flash; `from` is where they begin in the whole. */
const pattern = (length: number, seed = 1, from = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => 1 + (((from + at) * 31 + seed * 17) % 253));

function read(flash: FlashPartition, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  flash.read(bytes, offset);
  return bytes;
}

const eraseAll = (flash: FlashPartition): void => {
  flash.erase(0, flash.geometry.size / flash.geometry.blockSize);
};

/** Pieces that are looked at in a region: a device with large erase blocks has a watchdog, too. */
const PIECES_MAX = 32;

/** Calls `each` with the offset and the length of every piece; of a large region, some, with the first and the last. */
function inPieces(
  offset: number,
  length: number,
  each: (at: number, length: number) => void,
): void {
  const last = Math.ceil(length / PIECE) - 1;
  const step = Math.ceil((last + 1) / PIECES_MAX);
  for (
    let piece = 0;
    piece <= last;
    piece = piece < last ? Math.min(piece + step, last) : last + 1
  ) {
    each(offset + piece * PIECE, Math.min(PIECE, length - piece * PIECE));
  }
}

/** Writes a pattern that begins at `offset`. */
function writePattern(flash: FlashPartition, offset: number, length: number, seed = 1): void {
  inPieces(offset, length, (at, count) => flash.write(pattern(count, seed, at - offset), at));
}

function assertPattern(flash: FlashPartition, offset: number, length: number, seed = 1): void {
  inPieces(offset, length, (at, count) => {
    const expected = pattern(count, seed, at - offset);
    const different = read(flash, at, count).findIndex((byte, i) => byte !== expected[i]);
    assert.equal(different, -1, `byte ${at + different}`);
  });
}

function assertErased(flash: FlashPartition, offset = 0, length = flash.geometry.size): void {
  const { erasedByte } = flash.geometry;
  inPieces(offset, length, (at, count) => {
    const different = read(flash, at, count).findIndex(byte => byte !== erasedByte);
    assert.equal(different, -1, `byte ${at + different}`);
  });
}

/** A digest of what is there, fit to notice a change. Source: FNV-1a, 32 bits. */
function fingerprint(flash: FlashPartition): number {
  let hash = 0x811c9dc5;
  inPieces(0, flash.geometry.size, (at, count) => {
    for (const byte of read(flash, at, count)) hash = Math.imul(hash ^ byte, 0x01000193);
  });
  return hash >>> 0;
}

/** What pal/flash.ts promises, power loss left out: test/power-loss cuts it. @param open gives a partition; each test erases it first. */
export function describeFlash(name: string, open: () => FlashPort): void {
  const on = (what: string, run: (flash: FlashPartition, port: FlashPort) => void): void => {
    test(`${name}: ${what}`, () => {
      const port = open();
      try {
        eraseAll(port.flash);
        run(port.flash, port);
      } finally {
        port.close();
      }
    });
  };

  on("the geometry fits together", ({ geometry }) => {
    const { size, blockSize, writeSize, erasedByte } = geometry;
    assert.ok(size > 0 && size % blockSize === 0 && size / blockSize >= 4);
    assert.ok(writeSize >= 1 && writeSize <= 32 && Number.isInteger(Math.log2(writeSize)));
    assert.equal(blockSize % writeSize, 0);
    assert.ok(erasedByte === 0xff || erasedByte === 0x00);
  });

  on("what is erased reads as erased", flash => {
    assertErased(flash);
  });

  on("what was written is read back, at any alignment", flash => {
    const length = Math.min(flash.geometry.blockSize, 4 * PIECE);
    writePattern(flash, 0, length);
    assertPattern(flash, 0, length);
    assert.deepEqual(read(flash, 5, 7), pattern(7, 1, 5));
  });

  on("what was written and erased is there after a restart", (flash, port) => {
    const { blockSize } = flash.geometry;
    writePattern(flash, 0, blockSize, 1);
    writePattern(flash, blockSize, blockSize, 2);
    flash.erase(0, 1);
    const again = port.reopen();
    assertErased(again, 0, blockSize);
    assertPattern(again, blockSize, blockSize, 2);
  });

  on("a write across blocks, and one up to the end", flash => {
    const { size, blockSize, writeSize } = flash.geometry;
    const length = Math.min(2 * blockSize, 4 * PIECE);
    flash.write(pattern(length), blockSize - writeSize);
    assertPattern(flash, blockSize - writeSize, length);
    flash.write(pattern(writeSize), size - writeSize);
    assertPattern(flash, size - writeSize, writeSize);
  });

  on("a second write without an erase is refused and changes nothing", flash => {
    const { writeSize } = flash.geometry;
    const bytes = pattern(writeSize);
    flash.write(bytes, writeSize);
    assert.throws(() => flash.write(bytes, writeSize), refused);
    assert.throws(() => flash.write(pattern(3 * writeSize, 9), 0), refused);
    assert.deepEqual(read(flash, writeSize, writeSize), bytes);
    assertErased(flash, 0, writeSize);
  });

  on("after an erase it can be written again", flash => {
    flash.write(pattern(flash.geometry.writeSize, 1), 0);
    flash.erase(0, 1);
    flash.write(pattern(flash.geometry.writeSize, 2), 0);
    assertPattern(flash, 0, flash.geometry.writeSize, 2);
  });

  on("an erase leaves the other blocks alone", flash => {
    const { size, blockSize } = flash.geometry;
    const after = size - 3 * blockSize;
    writePattern(flash, 0, blockSize, 1);
    writePattern(flash, blockSize, 2 * blockSize, 2);
    writePattern(flash, 3 * blockSize, after, 3);
    flash.erase(1, 2);
    assertPattern(flash, 0, blockSize, 1);
    assertErased(flash, blockSize, 2 * blockSize);
    assertPattern(flash, 3 * blockSize, after, 3);
  });

  on("a write that is not aligned is refused", flash => {
    const { writeSize } = flash.geometry;
    if (writeSize === 1) return;
    assert.throws(() => flash.write(pattern(writeSize), writeSize / 2), refused);
    assert.throws(() => flash.write(pattern(writeSize + 1), 0), refused);
    assertErased(flash, 0, 2 * writeSize);
  });

  on("nothing outside the partition is read, written or erased", (flash, port) => {
    const { size, blockSize, writeSize } = flash.geometry;
    const before = port.neighbour && fingerprint(port.neighbour);
    for (const offset of [-writeSize, -blockSize, size, size + blockSize, 2 ** 32, NaN, 0.5]) {
      assert.throws(() => flash.read(new Uint8Array(writeSize), offset), refused, `${offset}`);
      assert.throws(() => flash.write(pattern(writeSize), offset), refused, `${offset}`);
    }
    assert.throws(() => flash.read(new Uint8Array(2), size - 1), refused);
    assert.throws(() => flash.write(pattern(2 * writeSize), size - writeSize), refused);
    const blockCount = size / blockSize;
    for (const [first, count] of [
      [-1, 1],
      [0, blockCount + 1],
      [blockCount, 1],
      [0.5, 1],
      [1, -1],
    ] as const) {
      assert.throws(() => flash.erase(first, count), refused, `${first}, ${count}`);
    }
    assert.equal(port.neighbour && fingerprint(port.neighbour), before);
  });

  on("operations of no length are harmless", flash => {
    flash.read(new Uint8Array(0), 0);
    flash.write(new Uint8Array(0), 0);
    flash.erase(0, 0);
    assertErased(flash);
  });

  on("a view into a larger buffer is read into and written from its own bytes only", flash => {
    const { writeSize } = flash.geometry;
    const around = pattern(3 * writeSize);
    flash.write(around.subarray(writeSize, 2 * writeSize), 0);
    const into = new Uint8Array(3 * writeSize);
    flash.read(into.subarray(writeSize, 2 * writeSize), 0);
    assert.deepEqual(
      into.subarray(writeSize, 2 * writeSize),
      around.subarray(writeSize, 2 * writeSize),
    );
    assert.ok(into.subarray(0, writeSize).every(byte => byte === 0));
    assert.ok(into.subarray(2 * writeSize).every(byte => byte === 0));
  });

  on("the caller keeps what it wrote", flash => {
    const bytes = pattern(flash.geometry.writeSize);
    flash.write(bytes, 0);
    assert.deepEqual(bytes, pattern(flash.geometry.writeSize));
    bytes.fill(0);
    assertPattern(flash, 0, bytes.length);
  });
}
