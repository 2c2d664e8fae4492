// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { packageRoot } from "xs-ota/cli/boards";
import { describeExecution } from "xs-ota/cli/job-watch";
import { outcomeOf } from "xs-ota/test/support/stage";
import { board, openStage } from "./bench.js";

/** Ends by a restart, by its watchdog, by a crash: as config.onStart tells it. */
const manifest = join(packageRoot, "test/xs/resets/manifest.json");

test(`${board}: a device knows why it was started`, async t => {
  const stage = await openStage(t);
  stage.installDevice(stage.makeFirmware({ manifest, version: "1.0.0" }));
  await stage.console.waitFor(/started: crash/);
  const reasons = stage.console.lines.flatMap(
    line => /1\.0\.0 started: (.+)/.exec(line)?.[1] ?? [],
  );
  assert.deepEqual(reasons, ["power-on", "software", "watchdog", "crash"]);
});

test(`${board}: an image that hangs as soon as it starts, or crashes, is taken back`, async t => {
  const stage = await openStage(t);
  stage.installDevice(stage.makeFirmware({ version: "1.0.0" }));
  for (const [onStart, reason] of [
    ["hang", "watchdog"],
    ["crash", "crash"],
  ] as const) {
    await stage.console.waitFor(/runs 1\.0\.0/);
    const image = stage.makeFirmware({ manifest, version: "1.1.0", config: { onStart } });
    const outcome = await outcomeOf(stage, await stage.deploy(image));
    assert.equal(outcome.status, "FAILED");
    assert.match(describeExecution(outcome), new RegExp(`reset \\(${reason}\\)`));
    const starts = stage.console.lines.filter(line => / (runs|started:) /.test(line)).slice(-2);
    assert.match(starts[0] ?? "", /1\.1\.0 started/);
    assert.match(starts[1] ?? "", /runs 1\.0\.0/);
  }
});
