// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FlashGeometry } from "xs-ota/pal/flash";
import { SimFlash } from "../support/sim-flash.js";
import { PowerLoss, SimPower, tears } from "../support/sim-power.js";

const nor: FlashGeometry = { size: 4096, blockSize: 1024, writeSize: 4, erasedByte: 0xff };

function read(flash: SimFlash, offset: number, length: number): number[] {
  const bytes = new Uint8Array(length);
  flash.read(bytes, offset);
  return [...bytes];
}

const refused = { code: "flash-failed" };

test("erased flash reads as its geometry says", () => {
  assert.deepEqual(read(new SimFlash(nor), 0, 2), [0xff, 0xff]);
  assert.deepEqual(read(new SimFlash({ ...nor, erasedByte: 0 }), 0, 2), [0, 0]);
});

test("what is outside the partition is refused", () => {
  const flash = new SimFlash(nor);
  assert.throws(() => flash.read(new Uint8Array(4), 4093), refused);
  assert.throws(() => flash.write(new Uint8Array(8), 4092), refused);
  assert.throws(() => flash.erase(3, 2), refused);
  assert.equal(flash.violations.length, 3);
});

test("an unaligned write is refused", () => {
  const flash = new SimFlash(nor);
  assert.throws(() => flash.write(new Uint8Array(4), 2), refused);
  assert.throws(() => flash.write(new Uint8Array(3), 0), refused);
});

test("a second write without an erase is refused, also after one of the erased value", () => {
  const flash = new SimFlash(nor);
  flash.write(new Uint8Array(4).fill(0xff), 0);
  assert.throws(() => flash.write(new Uint8Array(4), 0), refused);
  flash.erase(0, 1);
  flash.write(new Uint8Array([1, 2, 3, 4]), 0);
  assert.deepEqual(read(flash, 0, 4), [1, 2, 3, 4]);
});

test("partitions that share a supply share its count, and all fail with it", () => {
  const power = new SimPower();
  const a = new SimFlash(nor, power);
  const b = new SimFlash(nor, power);
  power.failAt(3, "all");
  a.write(new Uint8Array(4), 0);
  b.erase(0, 1);
  assert.throws(() => a.erase(1, 2), PowerLoss);
  assert.throws(() => b.write(new Uint8Array(4), 0), PowerLoss);
  assert.throws(() => b.read(new Uint8Array(4), 0), PowerLoss);
  assert.equal(power.operations, 3);
  power.restore();
  assert.deepEqual(read(a, 0, 1), [0]);
});

test("a torn write leaves none, half, all or anything of what it covers, and nothing else changed", () => {
  for (const tear of tears) {
    const flash = new SimFlash(nor);
    flash.power.failAt(1, tear, 7);
    assert.throws(() => flash.write(new Uint8Array(8).fill(0x11), 8), PowerLoss);
    flash.power.restore();
    const [before, covered, after] = [read(flash, 0, 8), read(flash, 8, 8), read(flash, 16, 8)];
    assert.ok([...before, ...after].every(byte => byte === 0xff));
    const written = covered.filter(byte => byte === 0x11).length;
    if (tear === "none") assert.equal(written, 0);
    if (tear === "half") assert.deepEqual([written, covered[3], covered[4]], [4, 0x11, 0xff]);
    if (tear === "all") assert.equal(written, 8);
    if (tear === "garbled") assert.ok(covered.some(byte => byte !== 0x11 && byte !== 0xff));
  }
});

test("an erase may end but for the last 16 bytes, and the block is to be erased again", () => {
  const flash = new SimFlash(nor);
  flash.write(new Uint8Array(nor.blockSize).fill(0x11), 0);
  flash.power.failAt(1, "tail");
  assert.throws(() => flash.erase(0, 1), PowerLoss);
  flash.power.restore();
  const kept = flash
    .contents()
    .subarray(0, nor.blockSize)
    .filter(byte => byte === 0x11).length;
  assert.deepEqual([kept, ...read(flash, nor.blockSize - 17, 2)], [16, 0xff, 0x11]);
  assert.throws(() => flash.write(new Uint8Array(4), 0), refused);
});

test("what a garbled operation leaves follows from its seed", () => {
  const [first, again, other] = [1, 1, 2].map(seed => {
    const flash = new SimFlash(nor);
    flash.power.failAt(1, "garbled", seed);
    assert.throws(() => flash.write(new Uint8Array(64), 0), PowerLoss);
    return flash.contents();
  });
  assert.deepEqual(first, again);
  assert.notDeepEqual(first, other);
});

test("a block whose erase was torn must be erased again before it is written", () => {
  const flash = new SimFlash(nor);
  flash.power.failAt(1, "half");
  assert.throws(() => flash.erase(0, 1), PowerLoss);
  flash.power.restore();
  assert.throws(() => flash.write(new Uint8Array(4), 0), refused);
  flash.erase(0, 1);
  flash.write(new Uint8Array(4), 0);
});

test("erases are counted for each block, and a clone keeps the count", () => {
  const flash = new SimFlash(nor);
  flash.erase(0, 2);
  flash.erase(1, 1);
  const copy = flash.clone();
  copy.erase(3, 1);
  assert.deepEqual([...copy.wear], [1, 2, 0, 1]);
  assert.deepEqual([...flash.wear], [1, 2, 0, 0]);
});
