// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  eraseTrailer,
  readTrailer,
  slotLayout,
  writeImageOk,
  writeMagic,
} from "xs-ota/pal/boot/trailer";
import type { FlashGeometry } from "xs-ota/pal/flash";
import { permanentTrailers } from "../support/imgtool-vectors.js";
import { SimFlash } from "../support/sim-flash.js";

const slot: FlashGeometry = { size: 0x8000, blockSize: 4096, writeSize: 4, erasedByte: 0xff };

for (const { writeSize, end } of permanentTrailers) {
  test(`a trailer has the bytes that MCUboot's imgtool gives it, aligned to ${writeSize}`, () => {
    const flash = new SimFlash({ ...slot, writeSize });
    const { b } = slotLayout(flash.geometry, flash.geometry);
    writeImageOk(flash, b);
    writeMagic(flash, b);
    assert.deepEqual(flash.contents().subarray(slot.size - end.length), end);
  });
}

test("an erased trailer has nothing set, whatever erased is", () => {
  for (const erasedByte of [0xff, 0x00]) {
    const flash = new SimFlash({ ...slot, erasedByte });
    const { a } = slotLayout(flash.geometry, flash.geometry);
    const nothing = { magic: "bad", swapType: "none", copyDone: "unset", imageOk: "unset" };
    assert.deepEqual(readTrailer(flash, a), nothing);
  }
});

test("a flag counts as set once its write was begun", () => {
  const flash = new SimFlash(slot);
  const { a } = slotLayout(flash.geometry, flash.geometry);
  flash.corrupt(a.imageOk + 7, 0x7f);
  assert.equal(readTrailer(flash, a).imageOk, "set");
  assert.equal(readTrailer(flash, a).copyDone, "unset");
});

test("a magic with one wrong bit is not good", () => {
  const flash = new SimFlash(slot);
  const { a } = slotLayout(flash.geometry, flash.geometry);
  writeMagic(flash, a);
  assert.equal(readTrailer(flash, a).magic, "good");
  flash.corrupt(slot.size - 1, 0x81);
  assert.equal(readTrailer(flash, a).magic, "bad");
});

test("a swap info that names no swap type counts as none", () => {
  for (const [info, swapType] of Object.entries({ 1: "none", 2: "test", 4: "revert", 5: "none" })) {
    const flash = new SimFlash(slot);
    const { a } = slotLayout(flash.geometry, flash.geometry);
    flash.corrupt(a.swapInfo, Number(info));
    assert.equal(readTrailer(flash, a).swapType, swapType);
  }
});

test("erasing a trailer leaves the image and the block above it alone", () => {
  const flash = new SimFlash(slot);
  const { a, capacity } = slotLayout(flash.geometry, flash.geometry);
  eraseTrailer(flash, a);
  assert.deepEqual([...flash.wear], [0, 0, 0, 0, 0, 0, 0, 1]);
  assert.equal(capacity, 6 * 4096);
});

test("slots that cannot be swapped are refused", () => {
  const uneven = { ...slot, size: 0x9000, blockSize: 3 * 4096 };
  assert.throws(() => slotLayout(slot, uneven), { code: "argument-invalid" });
  const tiny = { ...slot, size: 2 * 4096 };
  assert.throws(() => slotLayout(tiny, tiny), { code: "argument-invalid", message: /too small/ });
});
