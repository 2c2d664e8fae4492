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

/** Bytes that no unit of which reads as erased, on either kind of flash. */
const pattern = (length: number, seed = 1): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => 1 + ((at * 31 + seed * 17) % 253));

function readAll(flash: FlashPartition, offset = 0, length = flash.geometry.size): Uint8Array {
  const bytes = new Uint8Array(length);
  flash.read(bytes, offset);
  return bytes;
}

const eraseAll = (flash: FlashPartition): void => {
  flash.erase(0, flash.geometry.size / flash.geometry.blockSize);
};

const erased = (flash: FlashPartition, length: number): Uint8Array =>
  new Uint8Array(length).fill(flash.geometry.erasedByte);

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
    assert.deepEqual(readAll(flash), erased(flash, flash.geometry.size));
  });

  on("what was written is read back, at any alignment", flash => {
    const bytes = pattern(flash.geometry.blockSize);
    flash.write(bytes, 0);
    assert.deepEqual(readAll(flash, 0, bytes.length), bytes);
    assert.deepEqual(readAll(flash, 5, 7), bytes.subarray(5, 12));
  });

  on("what was written and erased is there after a restart", (flash, port) => {
    const { blockSize } = flash.geometry;
    flash.write(pattern(blockSize, 1), 0);
    flash.write(pattern(blockSize, 2), blockSize);
    flash.erase(0, 1);
    const again = port.reopen();
    assert.deepEqual(readAll(again, 0, blockSize), erased(flash, blockSize));
    assert.deepEqual(readAll(again, blockSize, blockSize), pattern(blockSize, 2));
  });

  on("a write across blocks, and one up to the end", flash => {
    const { size, blockSize, writeSize } = flash.geometry;
    const bytes = pattern(2 * blockSize);
    flash.write(bytes, blockSize - writeSize);
    assert.deepEqual(readAll(flash, blockSize - writeSize, bytes.length), bytes);
    flash.write(pattern(writeSize), size - writeSize);
    assert.deepEqual(readAll(flash, size - writeSize, writeSize), pattern(writeSize));
  });

  on("a second write without an erase is refused and changes nothing", flash => {
    const { writeSize } = flash.geometry;
    const bytes = pattern(writeSize);
    flash.write(bytes, writeSize);
    assert.throws(() => flash.write(bytes, writeSize), refused);
    assert.throws(() => flash.write(pattern(3 * writeSize, 9), 0), refused);
    assert.deepEqual(readAll(flash, writeSize, writeSize), bytes);
    assert.deepEqual(readAll(flash, 0, writeSize), erased(flash, writeSize));
  });

  on("after an erase it can be written again", flash => {
    flash.write(pattern(flash.geometry.writeSize, 1), 0);
    flash.erase(0, 1);
    flash.write(pattern(flash.geometry.writeSize, 2), 0);
    assert.deepEqual(
      readAll(flash, 0, flash.geometry.writeSize),
      pattern(flash.geometry.writeSize, 2),
    );
  });

  on("an erase leaves the other blocks alone", flash => {
    const { size, blockSize } = flash.geometry;
    flash.write(pattern(size), 0);
    flash.erase(1, 2);
    const expected = pattern(size);
    expected.set(erased(flash, 2 * blockSize), blockSize);
    assert.deepEqual(readAll(flash), expected);
  });

  on("a write that is not aligned is refused", flash => {
    const { writeSize } = flash.geometry;
    if (writeSize === 1) return;
    assert.throws(() => flash.write(pattern(writeSize), writeSize / 2), refused);
    assert.throws(() => flash.write(pattern(writeSize + 1), 0), refused);
    assert.deepEqual(readAll(flash, 0, 2 * writeSize), erased(flash, 2 * writeSize));
  });

  on("nothing outside the partition is read, written or erased", (flash, port) => {
    const { size, blockSize, writeSize } = flash.geometry;
    const before = port.neighbour && readAll(port.neighbour);
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
    assert.deepEqual(port.neighbour && readAll(port.neighbour), before);
  });

  on("operations of no length are harmless", flash => {
    flash.read(new Uint8Array(0), 0);
    flash.write(new Uint8Array(0), 0);
    flash.erase(0, 0);
    assert.deepEqual(readAll(flash), erased(flash, flash.geometry.size));
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
    assert.deepEqual(readAll(flash, 0, bytes.length), pattern(bytes.length));
  });
}
