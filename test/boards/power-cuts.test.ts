// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { board, openStage, outcomeOf, seededRandom } from "./bench.js";

/** Cuts while it downloads, and how long after the power came on at the latest. */
const EARLY_CUTS = 20;
const DOWNLOADING_MS = 3000;
/** Cuts while it verifies, switches and tries the new image: all that is short. */
const LATE_CUTS = 12;
const SWITCHING_MS = 600;

const seed = Number(process.env["SEED"] ?? Date.now() % 100_000);

test(`${board}: an update survives power cuts at any moment (SEED=${seed})`, async t => {
  const random = seededRandom(seed);
  const stage = await openStage(t);
  const has = (text: string): boolean => stage.console.lines.some(line => line.includes(text));
  const cutWithin = async (limitMs: number): Promise<void> => {
    await sleep(random() * limitMs);
    await stage.switchOff();
    stage.switchOn();
  };
  stage.installDevice(stage.makeFirmware({ version: "1.0.0" }));
  await stage.console.waitFor(/runs 1\.0\.0/);
  const jobId = await stage.deploy(stage.makeFirmware({ version: "1.1.0" }));

  let early = 0;
  for (; early < EARLY_CUTS && !has("image verified"); early++) await cutWithin(DOWNLOADING_MS);
  await stage.console.waitFor(/image verified/);
  let late = 0;
  for (; late < LATE_CUTS && !has("is permanent"); late++) await cutWithin(SWITCHING_MS);

  // a cut during the trial ends it: the device must then be back on 1.0.0, and say so
  const isReverted = (await outcomeOf(stage, jobId)).status === "FAILED";
  assert.equal(isReverted, has("boot: reverted"));
  const runs = stage.console.lines.filter(line => line.includes(" runs ")).at(-1);
  assert.ok(runs?.endsWith(isReverted ? "1.0.0" : "1.1.0"), runs);
  assert.ok(early > 0 && late > 0, `${early} early cuts, ${late} late ones`);
  t.diagnostic(`${early} cuts while it downloaded, ${late} while it switched`);
});
