// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BootFlash } from "../support/bootloader.js";
import {
  assertValidStart,
  controlOf,
  reset,
  rigGeometries,
  type RigGeometry,
} from "../support/boot-rig.js";
import { imagesFor, rigFor, settle, stories, updateOnceMore } from "../support/boot-stories.js";
import { assertNoViolations, cloneTogether } from "../support/power-loss.js";

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

let swapping = 0;
for (const story of stories) {
  test(`${story.name} ends well whichever access to the flash fails once`, () => {
    const start = story.start(rig, images);
    story.act(start, images);
    const seen = { started: 0, waiting: 0, swapping: 0 };
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
    swapping += seen.swapping;
    assert.ok(seen.started > 0 && seen.waiting > 0, JSON.stringify(seen));
  });
}

test("an image started in the middle of a swap was among them", () => {
  assert.ok(swapping > 0);
});
