// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { BlockBitmap } from "xs-ota/download/bitmap";

test("at first every block is wanted, least significant bit first, and the tail is 0", () => {
  const bitmap = new BlockBitmap(10 * 4096, 4096);
  assert.deepEqual(bitmap.bits, Uint8Array.of(0xff, 0x03));
  assert.deepEqual([bitmap.blockCount, bitmap.remaining, bitmap.blockSize], [10, 10, 4096]);
});

test("a file of a multiple of eight blocks has no tail", () => {
  assert.deepEqual(new BlockBitmap(16 * 256, 256).bits, Uint8Array.of(0xff, 0xff));
});

test("the last block is as long as what is left of the file", () => {
  const bitmap = new BlockBitmap(2 * 4096 + 1, 4096);
  assert.deepEqual(
    [0, 1, 2].map(block => bitmap.lengthOf(block)),
    [4096, 4096, 1],
  );
  assert.equal(new BlockBitmap(2 * 4096, 4096).lengthOf(1), 4096);
  assert.equal(new BlockBitmap(1, 4096).lengthOf(0), 1);
});

test("a received block is wanted no more, and one that is lost is wanted again", () => {
  const bitmap = new BlockBitmap(10, 1);
  bitmap.receive(8);
  assert.deepEqual([bitmap.has(8), bitmap.remaining], [true, 9]);
  assert.deepEqual(bitmap.bits, Uint8Array.of(0xff, 0x02));
  bitmap.lose(8);
  assert.deepEqual([bitmap.has(8), bitmap.remaining], [false, 10]);
});

test("receiving or losing twice counts once", () => {
  const bitmap = new BlockBitmap(10, 1);
  bitmap.receive(3);
  bitmap.receive(3);
  assert.equal(bitmap.remaining, 9);
  bitmap.lose(3);
  bitmap.lose(3);
  assert.equal(bitmap.remaining, 10);
});

test("a block beyond the file is never wanted, and neither received nor lost", () => {
  const bitmap = new BlockBitmap(10, 1);
  for (const block of [10, 15, 16, 0x7fffffff, 0x80000000, 0xffffffff]) {
    assert.equal(bitmap.has(block), true, String(block));
    bitmap.receive(block);
    bitmap.lose(block);
    assert.equal(bitmap.remaining, 10, String(block));
  }
  assert.deepEqual(bitmap.bits, Uint8Array.of(0xff, 0x03));
});

test("what was saved goes on, in a copy, with bits beyond the file cleared", () => {
  const saved = Uint8Array.of(0x05, 0xff);
  const bitmap = new BlockBitmap(10, 1, saved);
  assert.deepEqual([bitmap.remaining, bitmap.firstWanted(1)], [4, 2]);
  bitmap.receive(0);
  assert.deepEqual(saved, Uint8Array.of(0x05, 0xff));
  assert.deepEqual(bitmap.bits, Uint8Array.of(0x04, 0x03));
});

test("what was saved of a file of another length is refused", () => {
  for (const length of [0, 1, 3]) {
    assert.throws(() => new BlockBitmap(10, 1, new Uint8Array(length)), {
      code: "argument-invalid",
    });
  }
});

test("wanted blocks are found and counted", () => {
  const bitmap = new BlockBitmap(20, 1, Uint8Array.of(0b1011_0000, 0b0000_0001, 0b0000_1000));
  assert.deepEqual(
    [0, 5, 9].map(from => bitmap.firstWanted(from)),
    [4, 5, 19],
  );
  assert.equal(bitmap.firstWanted(20), undefined);
  assert.deepEqual(
    [4, 6, 7].map(first => bitmap.runFrom(first, 20)),
    [2, 0, 2],
  );
  assert.equal(bitmap.runFrom(4, 1), 1);
  assert.deepEqual(
    [8, 9, 20, 99].map(count => bitmap.wantedIn(0, count, 20)),
    [3, 4, 5, 5],
  );
  assert.equal(bitmap.wantedIn(0, 20, 2), 2);
});
