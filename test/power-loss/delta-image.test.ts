// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { BootControl } from "xs-ota/pal/boot";
import type { Crypto } from "xs-ota/pal/crypto";
import { DeltaImage } from "xs-ota/pal/flash/delta-image";
import { Subpartition } from "xs-ota/pal/flash/subpartition";
import { readImageFacts } from "xs-ota/image/facts";
import { makeDelta } from "xs-ota/toolchain/delta/delta";
import { everyPowerLoss, type Partitions } from "../support/power-loss.js";
import { rerunCommands } from "../support/rerun.js";
import { SimFlash } from "../support/sim-flash.js";
import { PowerLoss } from "../support/sim-power.js";
import { makeImage, sourceOf } from "../support/signed-images.js";

const command = rerunCommands(import.meta.url);

const BLOCK = 1024;
const ROOM = 12 * BLOCK;
const geometry = { size: 16 * BLOCK, blockSize: BLOCK, writeSize: 8, erasedByte: 0xff };

const old = makeImage("1.0.0", 9000, 1).bytes;
const next = makeImage("1.1.0", 10_000, 1).bytes;
const { digest } = readImageFacts(sourceOf(old), old.length);

const crypto: Crypto = {
  sha256() {
    const hash = createHash("sha256");
    return {
      update: bytes => void hash.update(bytes),
      digest: () => new Uint8Array(hash.digest()),
    };
  },
  verify: () => true,
};

/** A spare slot with a delta at its end, and an image of long ago at its start. */
function slotWith(delta: Uint8Array): SimFlash {
  const spare = new SimFlash(geometry);
  const ago = makeImage("0.9.0", 8000, 1).bytes;
  for (const [bytes, offset] of [
    [ago, 0],
    [delta, ROOM],
  ] as const) {
    const padded = new Uint8Array(Math.ceil(bytes.length / 8) * 8).fill(0xff);
    padded.set(bytes);
    spare.write(padded, offset);
  }
  return spare;
}

function open(spare: SimFlash, size: number, running = digest): DeltaImage {
  const boot = {
    spare,
    running: sourceOf(old),
    identify: () => running,
  } as unknown as BootControl;
  const delta = new Subpartition(spare, ROOM, geometry.size - ROOM);
  return new DeltaImage({ boot, crypto, delta, size, room: ROOM });
}

function applyAll(spare: SimFlash, size: number): void {
  const image = open(spare, size);
  while (image.step());
  assert.ok(image.isDone);
}

const made = (spare: SimFlash): Uint8Array => spare.contents().subarray(0, next.length);

/** Windows of less than an erase block, of some of them, and of what neither divides. */
for (const windowSize of [256, 1024, 4096, 1000]) {
  const delta = makeDelta(old, next, windowSize);

  test(`wherever power fails, and again in the recovery, the image is made (windows of ${windowSize})`, () => {
    let nested = 0;
    const start: Partitions & { spare: SimFlash } = { spare: slotWith(delta) };
    const cuts = everyPowerLoss(
      start,
      ({ spare }) => applyAll(spare, delta.length),
      (flash, within) => {
        if (within.operation % 7 === 1) {
          nested += everyPowerLoss(
            flash,
            ({ spare }) => applyAll(spare, delta.length),
            ({ spare }) => {
              applyAll(spare, delta.length);
              assert.deepEqual(made(spare), next);
            },
            { within },
          );
        }
        applyAll(flash.spare, delta.length);
        assert.deepEqual(made(flash.spare), next);
      },
      { command: command() },
    );
    assert.ok(cuts >= 50 && nested >= 200, `${cuts} cuts, ${nested} nested`);
  });
}

test("after a cut it goes on where it was: at most two blocks are erased again", () => {
  const delta = makeDelta(old, next, 1024);
  const blocks = Math.ceil(next.length / BLOCK);
  const whole = slotWith(delta);
  applyAll(whole, delta.length);
  for (let operation = 1; operation <= whole.power.operations - 2; operation++) {
    const spare = slotWith(delta);
    spare.power.failAt(operation, "half");
    assert.throws(() => applyAll(spare, delta.length), PowerLoss);
    spare.power.restore();
    const before = spare.wear.reduce((sum, erases) => sum + erases, 0);
    applyAll(spare, delta.length);
    const erases = spare.wear.reduce((sum, count) => sum + count, 0);
    const done = before - 1;
    assert.ok(
      erases - before <= blocks - done + 1,
      `cut at ${operation}: ${erases - before} erases`,
    );
  }
});

test("an image that is there already has its last blocks written again, and no other", () => {
  const delta = makeDelta(old, next, 1024);
  const spare = slotWith(delta);
  applyAll(spare, delta.length);
  const before = spare.wear.slice();
  applyAll(spare, delta.length);
  const again = [...spare.wear].flatMap((erases, block) =>
    erases > (before[block] ?? 0) ? [block] : [],
  );
  assert.deepEqual(again, [8, 9]);
});

test("a delta for another image names both", () => {
  const delta = makeDelta(old, next);
  const running = new Uint8Array(32).fill(0xab);
  assert.throws(() => open(slotWith(delta), delta.length, running), {
    code: "delta-base-other",
    message: `the delta is for image ${Buffer.from(digest).toString("hex")}, and ${"ab".repeat(32)} runs`,
  });
});

test("a delta that makes another image than it says is refused", () => {
  const delta = makeDelta(old, next);
  const wrong = delta.slice();
  wrong[80] = 0xff ^ (wrong[80] ?? 0);
  const image = open(slotWith(wrong), wrong.length);
  assert.throws(
    () => {
      while (image.step());
    },
    {
      code: "image-malformed",
      message: /^delta: it makes an image with SHA-256 [0-9a-f]{64}, not [0-9a-f]{64}$/,
    },
  );
});

test("a delta that makes less than it says is refused", () => {
  const delta = makeDelta(old, next, 1024);
  const image = open(slotWith(delta), delta.length);
  const less = makeDelta(old, makeImage("1.1.0", 9000, 1).bytes, 1024);
  less.set(delta.subarray(70, 74), 70);
  const short = open(slotWith(less), less.length);
  assert.notEqual(image.header.targetSize, 0);
  assert.throws(
    () => {
      while (short.step());
    },
    { code: "image-malformed", message: /^delta: (it makes \d+ bytes of|a window from)/ },
  );
});

test("a window that does not fit the memory is refused", () => {
  const large = makeImage("1.1.0", 33_000, 1).bytes;
  const delta = makeDelta(old, large, 33_000);
  const tall = { ...geometry, size: 64 * BLOCK };
  const spare = new SimFlash(tall);
  const padded = new Uint8Array(Math.ceil(delta.length / 8) * 8).fill(0xff);
  padded.set(delta);
  spare.write(padded, 40 * BLOCK);
  const boot = { spare, running: sourceOf(old), identify: () => digest } as unknown as BootControl;
  const room = 40 * BLOCK;
  const flash = new Subpartition(spare, room, tall.size - room);
  const image = new DeltaImage({ boot, crypto, delta: flash, size: delta.length, room });
  assert.throws(() => image.step(), {
    code: "image-malformed",
    message: /window of \d+ bytes, more than 32768/,
  });
});
