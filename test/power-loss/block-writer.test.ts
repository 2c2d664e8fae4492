// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { BlockBitmap } from "xs-ota/download/bitmap";
import type { FlashGeometry } from "xs-ota/pal/flash";
import { BlockWriter } from "xs-ota/pal/flash/block-writer";
import { control } from "../support/control.js";
import { type Cut, everyPowerLoss, PowerLossFailure } from "../support/power-loss.js";
import { rerunCommands } from "../support/rerun.js";
import { SimFlash } from "../support/sim-flash.js";
import { makeFile, type Plan, receiveRest, type SlotFlash } from "../support/slot-download.js";

const command = rerunCommands(import.meta.url);

/** Erased flash for a file, and two blocks of 256 bytes for the journal. */
const erased = (geometry: FlashGeometry): SlotFlash => ({
  slot: new SimFlash(geometry),
  journal: new SimFlash({ ...geometry, size: 512, blockSize: 256 }),
});

function assertHolds({ slot }: SlotFlash, file: Uint8Array): void {
  const found = slot.contents().subarray(0, file.length);
  const wrong = found.findIndex((byte, offset) => byte !== file[offset]);
  assert.equal(wrong, -1, `byte ${wrong} is not the file's`);
}

interface Result {
  readonly cuts: number;
  /** Blocks that were taken back in all recoveries together. */
  readonly takenBack: number;
}

/** Receives a file through every single cut, or every two, and asserts that it ends whole each time. */
function cutEverywhere(start: SlotFlash, plan: Plan, depth: 1 | 2): Result {
  let takenBack = 0;
  let cuts = 0;
  const act = (flash: SlotFlash): void => {
    const lost = receiveRest(flash, plan); // apart, because cuts in it count too
    takenBack += lost;
  };
  const check = (flash: SlotFlash): void => {
    cuts++;
    act(flash);
    assertHolds(flash, plan.file);
  };
  const both = (flash: SlotFlash, within: Cut): void => {
    if (depth === 2) everyPowerLoss(flash, act, check, { within });
    check(flash);
  };
  everyPowerLoss(start, act, both, { command: command() });
  return { cuts, takenBack };
}

const small: FlashGeometry = { size: 1024, blockSize: 256, writeSize: 4, erasedByte: 0xff };

/** Sizes of the file's blocks beside erase blocks of 256 bytes. */
const sizes: readonly (readonly [relation: string, blockSize: number])[] = [
  ["smaller than", 64],
  ["as large as", 256],
  ["larger than", 512],
  ["no divisor of", 96],
  ["no multiple of", 320],
];

for (const [relation, blockSize] of sizes) {
  test(`a file ends whole through any two cuts, its blocks ${relation} erase blocks`, () => {
    const file = makeFile(800, blockSize, 0xff);
    const plan = { file, blockSize, saveEvery: 2, seed: blockSize };
    const { cuts, takenBack } = cutEverywhere(erased(small), plan, 2);
    assert.ok(cuts > 500, `${cuts} cuts`);
    const isTogether = blockSize !== 256 && blockSize !== 512;
    assert.equal(takenBack > 0, isTogether, `${takenBack} blocks were taken back`);
  });
}

for (const seed of [1, 2, 3, 4, 5]) {
  test(`a file ends whole through any cut, in the order of seed ${seed}`, () => {
    const plan = { file: makeFile(1021, 32, 0xff), blockSize: 32, saveEvery: 1 + seed, seed };
    const { takenBack } = cutEverywhere(erased(small), plan, 1);
    assert.ok(takenBack > 0);
  });
}

const kib = 1024;
const geometries: readonly (readonly [geometry: FlashGeometry, blockSize: number])[] = [
  [{ size: 16 * kib, blockSize: 4 * kib, writeSize: 1, erasedByte: 0xff }, 1 * kib],
  [{ size: 16 * kib, blockSize: 4 * kib, writeSize: 4, erasedByte: 0xff }, 4 * kib],
  [{ size: 16 * kib, blockSize: 4 * kib, writeSize: 16, erasedByte: 0xff }, 8 * kib],
  [{ size: 256 * kib, blockSize: 128 * kib, writeSize: 32, erasedByte: 0xff }, 16 * kib],
  [{ size: 16 * kib, blockSize: 4 * kib, writeSize: 4, erasedByte: 0x00 }, 1 * kib],
];

for (const [geometry, blockSize] of geometries) {
  const { blockSize: erase, writeSize, erasedByte, size } = geometry;
  test(`a file ends whole through any cut: erase ${erase}, write ${writeSize}, erased ${erasedByte}, block ${blockSize}`, () => {
    const file = makeFile(size - 1001, blockSize, erasedByte);
    const { cuts } = cutEverywhere(erased(geometry), { file, blockSize, saveEvery: 3, seed: 7 }, 1);
    assert.ok(cuts >= 4 * Math.ceil(file.length / blockSize) - 16, `${cuts} cuts`);
  });
}

test("what was on the flash before does not matter", () => {
  const file = makeFile(900, 64, 0xff);
  const start = erased(small);
  for (let offset = 0; offset < 1024; offset += 4) {
    start.slot.write(Uint8Array.of(1, 2, 3, 4), offset);
  }
  cutEverywhere(start, { file, blockSize: 64, saveEvery: 4, seed: 3 }, 1);
});

test("without a cut each erase block is erased once, in whatever order", () => {
  for (const seed of [1, 2, 3]) {
    const flash = erased(small);
    const file = makeFile(800, 64, 0xff);
    receiveRest(flash, { file, blockSize: 64, saveEvery: 4, seed });
    assertHolds(flash, file);
    assert.deepEqual(Array.from(flash.slot.wear), [1, 1, 1, 1]);
  }
});

test("what is behind the file's last erase block is left alone", () => {
  const flash = erased(small);
  flash.slot.write(Uint8Array.of(1, 2, 3, 4), 512);
  receiveRest(flash, { file: makeFile(511, 64, 0xff), blockSize: 64, saveEvery: 4, seed: 1 });
  assert.deepEqual(Array.from(flash.slot.contents().subarray(512, 516)), [1, 2, 3, 4]);
});

test("a torn erase block takes its other blocks back, and those that share an erase block with them", () => {
  const flash = new SimFlash(small);
  const bitmap = new BlockBitmap(1000, 96);
  const writer = new BlockWriter(flash, 1000, bitmap);
  const file = makeFile(1000, 96, 0x55).fill(0x11);
  for (const block of [0, 2, 3, 5, 6, 9]) {
    writer.write(file.subarray(block * 96, (block + 1) * 96), block * 96);
    bitmap.receive(block);
  }
  writer.write(file.subarray(96, 192), 96); // block 1, as if power had failed before it was noted
  new BlockWriter(flash, 1000, bitmap);
  const kept = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].filter(block => bitmap.has(block));
  assert.deepEqual(kept, [9], "0 and 2 share a block with 1, and the next blocks with 2 and 5");
});

test("bytes beyond the file are refused", () => {
  const writer = new BlockWriter(new SimFlash(small), 100, new BlockBitmap(100, 64));
  assert.throws(() => writer.write(new Uint8Array(64), 64), { code: "flash-failed" });
});

control("a caller that forgets what was taken back is caught", () => {
  const file = makeFile(800, 64, 0xff);
  const plan = { file, blockSize: 64, saveEvery: 3, seed: 1, forgetsWhatWasTakenBack: true };
  assert.throws(
    () => cutEverywhere(erased(small), plan, 2),
    (error: unknown) =>
      error instanceof PowerLossFailure && /is not the file's|not erased/.test(error.message),
  );
});

/** Writes without looking whether the flash is erased. */
function writeBlindly({ slot }: SlotFlash): void {
  slot.write(new Uint8Array(64), 0);
  slot.write(new Uint8Array(64), 64);
}

control("a writer that does not erase before it goes on is caught", () => {
  assert.throws(
    () => everyPowerLoss(erased(small), writeBlindly, flash => writeBlindly(flash)),
    PowerLossFailure,
  );
});
