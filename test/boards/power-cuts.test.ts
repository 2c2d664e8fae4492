// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { packageRoot } from "xs-ota/cli/boards";
import type { Stage } from "xs-ota/cli/demo/stage";
import { describeExecution } from "xs-ota/cli/job-watch";
import { amount } from "xs-ota/test/support/deep";
import { outcomeOf } from "xs-ota/test/support/stage";
import { board, openStage, seededRandom } from "./bench.js";
import { CutUpdate, measurePhases, type Phase, phases } from "./cut-update.js";

/** Cuts in all, and of each kind. A swap is resumed when it was cut in the middle. */
const CUTS = amount(30, 300);
const LEAST = { download: 12, switch: 6, trial: 2, revert: 1, "swaps resumed": 2 } as const;
/** Updates take turns: how often each phase is cut, at most. A cut comes too late now and then, and in the trial it takes the update back. */
const turns: readonly Partial<Record<Phase, number>>[] = [
  { download: 5, switch: 3, trial: 1, revert: 2 },
  { download: 5, trial: 1, revert: 2 },
  { download: 5, switch: 3 },
  { download: 5 },
];
const UPDATES_MAX = amount(20, 150);

const newCuts = () => ({ download: 0, switch: 0, trial: 0, revert: 0, "swaps resumed": 0 });

function areEnough(cuts: ReturnType<typeof newCuts>): boolean {
  const kinds = Object.keys(LEAST) as (keyof typeof LEAST)[];
  const sum = phases.reduce((before, phase) => before + cuts[phase], 0);
  return sum >= CUTS && kinds.every(kind => cuts[kind] >= LEAST[kind]);
}

/** The same sources, linked in another order: no function is where it was. */
const machines = [`build/${board}/application.bin`, `build/${board}/other/application.bin`];

/** Neighbouring versions have different machine code. */
const makeImage = (stage: Stage, minor: number) =>
  stage.makeFirmware({ version: `1.${minor}.0`, runtime: machines[minor % 2] ?? "" });

/** Waits for the end of an update to `1.<minor>.0`, and holds what the cloud was told against what the device did. */
async function finish(stage: Stage, jobId: string, minor: number, update: CutUpdate) {
  const outcome = await outcomeOf(stage, jobId);
  const status = outcome.status === "FAILED" ? "FAILED" : "SUCCEEDED";
  if (update.cuts.every(phase => phase === "download")) assert.equal(status, "SUCCEEDED");
  const isReverted = status === "FAILED";
  assert.match(describeExecution(outcome), isReverted ? /^image-reverted: / : /^accepted/);
  // power may fail between a revert and the line that tells it; and in a trial so early that the switch is tried again
  const boots = update.lines.filter(line => /boot: (trial|reverted)/.test(line));
  if (!isReverted) assert.match(boots.at(-1) ?? "", /boot: trial/, update.lines.join("\n"));
  const runs = stage.console.lines.filter(line => line.includes(" runs ")).at(-1);
  assert.ok(runs?.endsWith(` 1.${isReverted ? minor - 1 : minor}.0`), runs);
  return status;
}

const seed = Number(process.env["SEED"] ?? Date.now() % 100_000);

test(`${board}: updates that bring other machine code survive power cuts in every phase (SEED=${seed})`, async t => {
  const again = `BOARD=${board} SEED=${seed} node --test build/node/test/boards/power-cuts.test.js`;
  t.diagnostic(`to rerun it alone: ${again}`);
  const [own, other] = machines.map(path => readFileSync(join(packageRoot, path)));
  assert.notDeepEqual(own, other);
  const stage = await openStage(t);
  stage.installDevice(makeImage(stage, 0));
  await stage.console.waitFor(/runs 1\.0\.0/);
  const first = stage.console.lines.length;
  const peaceful = await stage.deploy(makeImage(stage, 1));
  const durations = await measurePhases(stage, first);
  assert.equal((await outcomeOf(stage, peaceful)).status, "SUCCEEDED");

  const random = seededRandom(seed);
  const cuts = newCuts();
  const jobs = { SUCCEEDED: 0, FAILED: 0 };
  let minor = 2;
  let image = makeImage(stage, minor);
  for (let count = 1; !areEnough(cuts) || jobs.SUCCEEDED === 0; count++) {
    assert.ok(count <= UPDATES_MAX, JSON.stringify({ cuts, jobs }));
    const update = new CutUpdate({ stage, durations, random });
    const jobId = await stage.deploy(image);
    for (const phase of phases)
      await update.cutIn(phase, turns[count % turns.length]?.[phase] ?? 0);
    const status = await finish(stage, jobId, minor, update);
    jobs[status]++;
    for (const phase of update.cuts) cuts[phase]++;
    cuts["swaps resumed"] += update.lines.filter(line => line.includes("resuming a swap")).length;
    if (status === "SUCCEEDED") image = makeImage(stage, ++minor);
  }
  t.diagnostic(JSON.stringify({ cuts, jobs }));
});
