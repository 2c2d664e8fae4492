// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { bootOnce, type BootFlash } from "../support/bootloader.js";
import {
  assertValidStart,
  controlOf,
  factoryFlash,
  requestUpdate,
  reset,
  rigGeometries,
  type RigGeometry,
} from "../support/boot-rig.js";
import { imagesFor, rigFor, settle, stories, updateOnceMore } from "../support/boot-stories.js";
import { assertNoViolations, cloneTogether } from "../support/power-loss.js";
import { trusted } from "../support/signed-images.js";

const [geometry] = rigGeometries as readonly [RigGeometry];
const images = imagesFor(geometry);
const rig = rigFor(geometry, images);

/** While a swap is not finished, nobody writes to slot-b. @returns 1, to be counted. */
function assertSpareIsKept(flash: BootFlash): number {
  const before = flash.b.contents();
  assert.throws(() => controlOf(flash).clearSpare(), { code: "state-invalid" });
  assert.throws(() => controlOf(flash).setPending(), { code: "state-invalid" });
  assert.deepEqual(flash.b.contents(), before);
  return 1;
}

const seen = { started: 0, waiting: 0, swapping: 0 };
for (const story of stories) {
  test(`${story.name} ends well whichever access to the flash fails once`, () => {
    const start = story.start(rig, images);
    story.act(start, images);
    const { accesses } = reset(cloneTogether(start).flash, rig);
    for (let failsAt = 1; failsAt <= accesses; failsAt++) {
      const { flash } = cloneTogether(start);
      const report = reset(flash, rig, failsAt);
      if (report.outcome === "not-bootable") {
        seen.waiting++;
        assert.equal(report.refused, "flash-failed", `access ${failsAt}`);
      } else {
        seen.started++;
        assertValidStart(flash, rig, report);
        if (controlOf(flash).imageState() === "Unknown") seen.swapping += assertSpareIsKept(flash);
      }
      const { image } = settle(flash, rig, story.verdict);
      assert.ok(
        story.mayEnd.some(name => images[name] === image),
        `access ${failsAt}`,
      );
      updateOnceMore(flash, rig, images.last);
      assertNoViolations(flash);
    }
  });
}

test("an access to the flash that fails once takes no update back", () => {
  const start = factoryFlash(geometry, images.old);
  requestUpdate(start, images.new);
  const { accesses } = reset(cloneTogether(start).flash, rig);
  assert.ok(accesses > 50);
  for (let failsAt = 1; failsAt <= accesses; failsAt++) {
    const { flash } = cloneTogether(start);
    if (reset(flash, rig, failsAt).outcome === "trial") controlOf(flash).confirm();
    assert.equal(settle(flash, rig, "confirm").image, images.new, `access ${failsAt}`);
  }
});

/** While the image moves up by a block, the old one is whole; while the slots change places, none is. */
for (const [block, outcome] of [
  [1, "started"],
  [0, "not-bootable"],
] as const) {
  test(`a block that fails for good stops a swap at each reset, which ends ${outcome}, and no other block suffers`, () => {
    const flash = factoryFlash(geometry, images.old);
    requestUpdate(flash, images.new);
    const failingErase = { slot: "a", block } as const;
    const options = { trustedKeys: [trusted.publicPem], failingErase };
    const stopped = (): readonly Uint8Array[] => {
      const report = bootOnce(flash, options);
      assert.deepEqual([report.outcome, report.refused], [outcome, "flash-failed"]);
      return [flash.a, flash.b].map(slot => slot.contents());
    };
    const first = stopped();
    const wear = [flash.a, flash.b].map(slot => slot.wear.slice());
    for (let resets = 0; resets < 5; resets++) assert.deepEqual(stopped(), first);
    assert.deepEqual([flash.a.wear, flash.b.wear], wear);
    assert.equal(settle(flash, rig, "confirm").image, images.new, "and goes on when it has healed");
  });
}

/** The stories in which slot-b takes slot-a's image, or would. */
for (const block of [0, 1]) {
  test(`a block of slot-b that fails for good in a swap costs the fallback, and nothing else (block ${block})`, () => {
    const failingErase = { slot: "b", block } as const;
    const options = { trustedKeys: [trusted.publicPem], failingErase };
    for (const confirms of [true, false]) {
      const flash = factoryFlash(geometry, images.old);
      requestUpdate(flash, images.new);
      const report = bootOnce(flash, options);
      assert.equal(report.outcome, "trial");
      assert.equal(assertValidStart(flash, rig, report), images.new);
      if (confirms) controlOf(flash).confirm();
      for (let resets = 0; resets < 3; resets++) {
        assert.equal(assertValidStart(flash, rig, bootOnce(flash, options)), images.new);
      }
      updateOnceMore(flash, rig, images.last);
    }
  });
}

test("among them were starts, resets that wait, and an image started in the middle of a swap", () => {
  assert.ok(seen.started > 0 && seen.waiting > 0 && seen.swapping > 0, JSON.stringify(seen));
});
