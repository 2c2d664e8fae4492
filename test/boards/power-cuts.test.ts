// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { packageRoot } from "xs-ota/cli/boards";
import { describeExecution } from "xs-ota/cli/job-watch";
import { amount } from "xs-ota/test/support/deep";
import { outcomeOf } from "xs-ota/test/support/stage";
import { board, openStage, seededRandom } from "./bench.js";

/** Cuts in all: as many updates as that takes, usually one. */
const CUTS = amount(30, 300);
/** Cuts of one update while it downloads, and how long after the power came on at the latest. */
const EARLY_CUTS = 20;
const DOWNLOADING_MS = 3000;
/** Cuts while it verifies, switches and tries the new image: all that is short. */
const LATE_CUTS = 12;
const SWITCHING_MS = 600;

/** The same sources, linked in another order: no function is where it was. */
const own = `build/${board}/application.bin`;
const other = `build/${board}/other/application.bin`;

const seed = Number(process.env["SEED"] ?? Date.now() % 100_000);

test(`${board}: updates that bring other machine code survive power cuts at any moment (SEED=${seed})`, async t => {
  const random = seededRandom(seed);
  const stage = await openStage(t);
  const { lines } = stage.console;
  /** Cuts the power until a line has the text, or often enough. @returns how often. */
  const cutUntil = async (text: string, first: number, most: number, limitMs: number) => {
    const isThere = (): boolean => lines.slice(first).some(line => line.includes(text));
    let cuts = 0;
    for (; cuts < most && !isThere(); cuts++) {
      await sleep(random() * limitMs);
      await stage.switchOff();
      stage.switchOn();
    }
    return cuts;
  };
  stage.installDevice(stage.makeFirmware({ version: "1.0.0" }));
  await stage.console.waitFor(/runs 1\.0\.0/);

  const machines = [own, other].map(path => readFileSync(join(packageRoot, path)));
  assert.notDeepEqual(machines[0], machines[1]);
  let installed = "1.0.0";
  let early = 0;
  let late = 0;
  for (let minor = 1; early + late < CUTS; minor++) {
    const first = lines.length;
    const version = `1.${minor}.0`;
    const jobId = await stage.deploy(
      stage.makeFirmware({ version, runtime: minor % 2 === 1 ? other : own }),
    );
    early += await cutUntil("image verified", first, EARLY_CUTS, DOWNLOADING_MS);
    await stage.console.waitFor(/image verified/, first);
    late += await cutUntil("is permanent", first, LATE_CUTS, SWITCHING_MS);

    // a cut during the trial ends it: the device must then be back on the old image, and say so
    const outcome = await outcomeOf(stage, jobId);
    const isReverted = outcome.status === "FAILED";
    const reverts = lines.slice(first).filter(line => line.includes("boot: reverted"));
    assert.match(describeExecution(outcome), isReverted ? /^image-reverted: / : /^accepted/);
    // power may fail between a revert and the line that tells it, but no line tells one that was not
    if (!isReverted) assert.deepEqual(reverts, []);
    if (!isReverted) installed = version;
    const runs = lines.filter(line => line.includes(" runs ")).at(-1);
    assert.ok(runs?.endsWith(installed), runs);
  }
  assert.ok(early > 0 && late > 0, `${early} early cuts, ${late} late ones`);
  t.diagnostic(`${early} cuts while it downloaded, ${late} while it switched`);
});
