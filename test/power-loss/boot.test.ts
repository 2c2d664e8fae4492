// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type Rig, rigGeometries, type RigGeometry } from "../support/boot-rig.js";
import { count } from "../support/counts.js";
import { amount } from "../support/deep.js";
import {
  type Images,
  imagesFor,
  rigFor,
  settle,
  stories,
  type Story,
  updateOnceMore,
} from "../support/boot-stories.js";
import type { BootFlash } from "../support/bootloader.js";
import { type Cut, everyPowerLoss } from "../support/power-loss.js";
import { rerunCommands } from "../support/rerun.js";
import { type Tear, tears } from "../support/sim-power.js";

/** Whether power is cut a second time in every recovery, in each way, on all geometries of small blocks. */
const isDeep = amount(1, 2) > 1;

/** The second cut of the default run, on the first geometry. */
const secondTears: readonly Tear[] = ["garbled"];

/**
 * Erases of the most worn block, in a story, its recovery and one more update: two swaps for the story, two for
 * the update after it, a step repeated for each cut. It is the trailers, and slot-b's first blocks.
 */
const WEAR_BOUND = 8;

const command = rerunCommands(import.meta.url);
const counts = { cuts: 0, second: 0, worst: 0 };
after(() => {
  const { cuts, second, worst } = counts;
  count({ cuts, secondCuts: second });
  console.log(`boot: ${cuts} cuts, ${second} second cuts, at most ${worst} erases of a block`);
});

function wearSince(start: BootFlash, flash: BootFlash): number {
  const slots = [
    [start.a, flash.a],
    [start.b, flash.b],
  ] as const;
  return Math.max(
    ...slots.flatMap(([before, now]) =>
      [...now.wear].map((wear, at) => wear - (before.wear[at] ?? 0)),
    ),
  );
}

interface Run {
  readonly story: Story;
  readonly rig: Rig;
  readonly images: Images;
  readonly start: BootFlash;
  readonly seen: Set<string>;
}

/** Comes to rest where the story may end. */
function recover({ story, rig, images, seen }: Run, flash: BootFlash): void {
  const { image } = settle(flash, rig, story.verdict);
  const end = (Object.keys(images) as (keyof Images)[]).find(name => images[name] === image);
  assert.ok(end !== undefined && story.mayEnd.includes(end), `ends with ${end ?? "none"}`);
  seen.add(end);
}

function cutAgain(run: Run, flash: BootFlash, within: Cut, tears: readonly Tear[]): void {
  counts.second += everyPowerLoss(
    flash,
    again => recover(run, again),
    again => recover(run, again),
    { within, tears },
  );
}

/** After all single cuts, so that one cut is reported where one is enough. */
function cutTwice(run: Run, act: (flash: BootFlash) => void): void {
  const { geometry } = run.rig;
  const isSmall = Math.max(geometry.a.blockSize, geometry.b.blockSize) === 4096;
  if (!(isDeep && isSmall) && geometry !== rigGeometries[0]) return;
  const again = isDeep ? tears : secondTears;
  everyPowerLoss(run.start, act, (flash, cut) => cutAgain(run, flash, cut, again), {
    command: command(),
  });
}

function checkCut(run: Run, flash: BootFlash): void {
  recover(run, flash);
  updateOnceMore(flash, run.rig, run.images.last);
  counts.worst = Math.max(counts.worst, wearSince(run.start, flash));
  assert.ok(counts.worst <= WEAR_BOUND, `a block was erased ${counts.worst} times`);
}

function cutStory(story: Story, geometry: RigGeometry): void {
  const images = imagesFor(geometry);
  const rig = rigFor(geometry, images);
  const start = story.start(rig, images);
  const run: Run = { story, rig, images, start, seen: new Set() };
  const act = (flash: BootFlash): void => {
    story.act(flash, images);
    assert.equal(settle(flash, rig, story.verdict).image, images[story.ends]);
  };
  const check = (flash: BootFlash): void => checkCut(run, flash);
  counts.cuts += everyPowerLoss(start, act, check, { command: command() });
  cutTwice(run, act);
  if (process.env["POWER_LOSS_CUT"] !== undefined) return;
  assert.deepEqual([...run.seen].sort(), [...story.mayEnd].sort(), "each end was seen");
}

for (const geometry of rigGeometries) {
  for (const story of stories) {
    test(`${story.name} ends well wherever power fails (${geometry.name})`, () => {
      cutStory(story, geometry);
    });
  }
}

test("power was cut at least 3,000 times", () => {
  const isWhole = process.env["POWER_LOSS_CUT"] === undefined;
  assert.ok(!isWhole || counts.cuts + counts.second >= 3000, JSON.stringify(counts));
});
