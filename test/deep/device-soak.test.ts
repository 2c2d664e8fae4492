// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test, type TestContext } from "node:test";
import { packageRoot } from "xs-ota/cli/boards";
import type { Stage } from "xs-ota/cli/demo/stage";
import { control } from "xs-ota/test/support/control";
import { count } from "xs-ota/test/support/counts";
import { makeTemporaryFolder } from "xs-ota/test/support/files";
import {
  assertFlat,
  formatMemory,
  type MemoryUse,
  measureMemory,
} from "xs-ota/test/support/memory-use";
import { randomFrom } from "xs-ota/test/support/sim-flash";
import { openStage, outcomeOf } from "xs-ota/test/support/stage";

/** Updates in a row, and jobs in one life of the device; SOAK sets how many. */
const UPDATES = Number(process.env["SOAK"] ?? 500);
const JOBS = Math.ceil(UPDATES / 2);
/** In one life with a leak: it shows soon. */
const LEAKY_JOBS = 12;

const manifest = join(packageRoot, "test/xs/soak/manifest.json");
const agent = { allowDowngrade: true, fileRequestWaitMs: 1000 };

/** A stage for the application that tells of its memory. */
async function openSoak(t: TestContext): Promise<Stage> {
  const cloud = makeTemporaryFolder();
  const bench = await openStage({ manifest, cloudFolder: cloud.folder });
  t.after(async () => {
    await bench.close();
    cloud.remove();
  });
  return bench.stage;
}

const random = randomFrom(5);

test(`${UPDATES} updates in a row on one flash file: the device's memory stays as it is`, async t => {
  const stage = await openSoak(t);
  const images = ["1.0.0", "1.1.0"].map(version =>
    stage.makeFirmware({ version, config: { agent } }),
  );
  const [first] = images;
  assert.ok(first !== undefined);
  stage.installDevice(first);
  const uses: MemoryUse[] = [];
  let succeeded = 0;
  let cuts = 0;
  for (let update = 1; update <= UPDATES; update++) {
    const image = images[(succeeded + 1) % 2] ?? first;
    const jobId = await stage.deploy(image);
    if (random() % 8 === 0) {
      await sleep(random() % 1500);
      await stage.switchOff();
      stage.switchOn();
      cuts++;
    }
    const { status } = await outcomeOf(stage, jobId);
    assert.match(status, /SUCCEEDED|FAILED/);
    if (status === "SUCCEEDED") succeeded++;
    uses.push(await measureMemory(stage));
  }
  count({ updates: UPDATES });
  console.log(
    `device soak: ${UPDATES} updates, ${succeeded} succeeded, ${cuts} power cuts; ${formatMemory(uses)}`,
  );
  assert.ok(succeeded > UPDATES / 2, `${succeeded} succeeded`);
  assertFlat(uses);
});

/** Downloads that are refused, in one life of the device; the cloud is restarted at each sixteenth, when a connection counts as good. */
async function refuseAll(stage: Stage, jobs: number, leak: string): Promise<MemoryUse[]> {
  const config = { agent, leak };
  const stranger = stage.makeFirmware({ version: "1.1.0", config, signer: "stranger" });
  stage.installDevice(stage.makeFirmware({ version: "1.0.0", config }));
  const uses: MemoryUse[] = [];
  for (let job = 1; job <= jobs; job++) {
    if (job % 16 === 0) await stage.restartCloud();
    const { status, details } = await outcomeOf(stage, await stage.deploy(stranger));
    assert.equal(status, "REJECTED", JSON.stringify(details));
    uses.push(await measureMemory(stage));
  }
  const starts = stage.console.lines.filter(line => line.includes("runs 1.0.0"));
  assert.equal(starts.length, 1, "it was one life");
  return uses;
}

test(`${JOBS} downloads in one life of the device, over broken connections: XS heap and C heap stay as they are`, async t => {
  const uses = await refuseAll(await openSoak(t), JOBS, "none");
  console.log(`one life: ${JOBS} downloads; ${formatMemory(uses)}`);
  assertFlat(uses);
});

for (const [leak, grows] of [
  ["XS heap", "chunks"],
  ["C heap", "heap"],
] as const) {
  control(`a device that leaks from its ${leak} is caught`, async t => {
    const uses = await refuseAll(await openSoak(t), LEAKY_JOBS, leak);
    assert.throws(
      () => assertFlat(uses),
      ({ actual }: { actual: string }) => actual.split(",").includes(grows),
    );
  });
}
