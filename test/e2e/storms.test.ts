// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { control } from "xs-ota/test/support/control";
import { count } from "xs-ota/test/support/counts";
import { amount } from "xs-ota/test/support/deep";
import {
  cutPower,
  type DeskImages,
  type DeskStorm,
  deskStormFrom,
  makeDeskImages,
  rideAtDesk,
} from "xs-ota/test/support/desk-storms";
import {
  assertEachHappened,
  type FaultCounts,
  formatFaults,
} from "xs-ota/test/support/fault-counts";
import { openStage, type StageBench } from "xs-ota/test/support/stage";
import { makeTemporaryFolder } from "xs-ota/test/support/files";

/*
 * Whole updates of the XS device, a real process, over the real broker, in seeded storms: messages are lost, late, doubled, disordered,
 * changed and refused, the broker is restarted, and the device is killed.
 */

const RUNS = amount(6, 60);
const FILE = "build/node/test/e2e/storms.test.js";
/** One seed alone, as a failure prints it. */
const only = process.env["STORM"];

let bench: StageBench;
let images: DeskImages;
const cloudFolder = makeTemporaryFolder();
const counts = { runs: 0, updated: 0, failed: 0 };
const happened: FaultCounts = {};

before(async () => {
  bench = await openStage({ cloudFolder: cloudFolder.folder });
  images = makeDeskImages(bench.stage);
});
after(async () => {
  await bench.close();
  cloudFolder.remove();
  const { runs, updated, failed } = counts;
  count({ faultRuns: runs });
  console.log(
    `network faults at the desk: ${runs} runs, ${updated} updated, ${failed} truthfully failed; ${formatFaults(happened)}`,
  );
});

const seeds = only === undefined ? Array.from({ length: RUNS }, (_, at) => at + 1) : [Number(only)];

for (const seed of seeds) {
  const storm = deskStormFrom(seed);
  const kinds = storm.rules.map(({ kind }) => kind).join(", ");
  test(
    `storm ${seed}: ${storm.story}, ${kinds}: updated or truthfully failed, and the next job succeeds`,
    { timeout: 180_000 },
    async () => {
      try {
        counts[await rideAtDesk(bench.stage, images, storm, happened)]++;
        counts.runs++;
      } catch (error) {
        const tail = bench.stage.console.lines.slice(-40).join("\n");
        const again = `STORM=${seed} node --test ${FILE}`;
        assert.fail(
          `${String(error)}\n${JSON.stringify(storm)}\n${tail}\nto rerun it alone: ${again}`,
        );
      }
    },
  );
}

test("the storms were storms", () => {
  if (only !== undefined) return;
  assertEachHappened(happened, RUNS, ["restart", "power cut"]);
  assertEachHappened(happened, amount(0, 5)); // a usual run is too short for each kind
});

control("a flash that forgets what was written when the power is cut is caught", async () => {
  const calm: DeskStorm = { seed: 1, story: "an update", rules: [], strokes: [] };
  const { folder, remove } = makeTemporaryFolder();
  const factory = join(folder, "flash");
  await bench.stage.switchOff();
  bench.stage.installDevice(images.old);
  await bench.stage.switchOff();
  copyFileSync(bench.stage.flash, factory);
  const forget: typeof cutPower = async stage => {
    await stage.switchOff();
    copyFileSync(factory, stage.flash);
    stage.switchOn();
  };
  await assert.rejects(
    rideAtDesk(bench.stage, images, calm, {}, forget),
    /1\.0\.0 runs, and the job says SUCCEEDED/,
  );
  remove();
});
