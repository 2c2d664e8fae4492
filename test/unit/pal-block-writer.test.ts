// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { BlockBitmap } from "xs-ota/download/bitmap";
import type { FlashGeometry } from "xs-ota/pal/flash";
import { BlockWriter } from "xs-ota/pal/flash/block-writer";
import { SimFlash } from "../support/sim-flash.js";

const geometry: FlashGeometry = { size: 1024, blockSize: 256, writeSize: 16, erasedByte: 0xff };

function opened(fileSize: number, blockSize: number): { flash: SimFlash; writer: BlockWriter } {
  const flash = new SimFlash(geometry);
  return { flash, writer: new BlockWriter(flash, fileSize, new BlockBitmap(fileSize, blockSize)) };
}

const filled = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill);

test("nothing is erased before the first write", () => {
  assert.equal(opened(1000, 64).flash.power.operations, 0);
});

test("a write erases the erase blocks it touches, and no others", () => {
  const { flash, writer } = opened(1000, 192);
  writer.write(filled(192, 1), 192);
  assert.deepEqual(Array.from(flash.wear), [1, 1, 0, 0]);
});

test("an erase block is erased once, whatever the order", () => {
  const { flash, writer } = opened(1024, 64);
  for (const block of [15, 0, 14, 1, 13, 2, 12, 3]) writer.write(filled(64, block), block * 64);
  assert.deepEqual(Array.from(flash.wear), [1, 0, 0, 1]);
  assert.deepEqual(flash.violations, []);
});

test("a length that is no multiple of the write size is filled up with erased bytes", () => {
  for (const length of [1, 15, 17, 31]) {
    const { flash, writer } = opened(length, 64);
    writer.write(filled(length, 7), 0);
    const found = Array.from(flash.contents().subarray(0, 48));
    assert.deepEqual(
      found,
      [...filled(length, 7), ...filled(48 - length, 0xff)],
      `${length} bytes`,
    );
  }
});

test("a block of erased bytes is not written, so that it may be written again after a reset", () => {
  const { flash, writer } = opened(1000, 64);
  writer.write(filled(64, 0xff), 0);
  assert.equal(flash.power.operations, 1, "the erase alone");
  const bitmap = new BlockBitmap(1000, 64);
  writer.write(filled(64, 1), 64);
  bitmap.receive(1);
  const again = new BlockWriter(flash, 1000, bitmap);
  again.write(filled(64, 0xff), 0);
  assert.deepEqual([bitmap.has(1), flash.wear[0]], [true, 1]);
});

test("an erase block with what was received goes on without an erase", () => {
  const { flash, writer } = opened(1000, 64);
  const bitmap = new BlockBitmap(1000, 64);
  writer.write(filled(64, 1), 0);
  bitmap.receive(0);
  new BlockWriter(flash, 1000, bitmap).write(filled(64, 2), 64);
  assert.deepEqual([bitmap.has(0), flash.wear[0]], [true, 1]);
});

test("a block that was written and not noted costs the others of its erase block", () => {
  const { flash, writer } = opened(1000, 64);
  const bitmap = new BlockBitmap(1000, 64);
  for (const block of [0, 1, 4]) writer.write(filled(64, 1), block * 64);
  bitmap.receive(0);
  bitmap.receive(4);
  const again = new BlockWriter(flash, 1000, bitmap);
  assert.deepEqual([bitmap.has(0), bitmap.has(4)], [false, true]);
  again.write(filled(64, 2), 64);
  assert.deepEqual(Array.from(flash.wear), [2, 1, 0, 0]);
});

test("what the flash refuses is told to the caller", () => {
  const { writer } = opened(1000, 64);
  writer.write(filled(64, 1), 0);
  assert.throws(() => writer.write(filled(64, 2), 0), { code: "flash-failed" });
});

test("bytes beyond the file are refused, and nothing is erased for them", () => {
  const { flash, writer } = opened(100, 64);
  assert.throws(() => writer.write(filled(64, 1), 64), {
    code: "flash-failed",
    message: "bytes 64+64 are beyond the file",
  });
  assert.equal(flash.power.operations, 0);
});
