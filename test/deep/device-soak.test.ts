// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, test } from "node:test";
import { count } from "xs-ota/test/support/counts";
import { randomFrom } from "xs-ota/test/support/sim-flash";
import { openStage, outcomeOf, type StageBench } from "xs-ota/test/support/stage";

/** SOAK sets how many. */
const UPDATES = Number(process.env["SOAK"] ?? 500);
/** KiB by which a device's memory may differ between its first updates and its last. */
const MAX_GROWTH = 1024;

let bench: StageBench;
before(async () => {
  bench = await openStage();
});
after(() => bench.close());

/** KiB of memory, the XS heap and the C heap among it, of the processes that are this device. */
function memoryOf(program: string): number {
  const sizes = readdirSync("/proc")
    .filter(name => /^\d+$/.test(name))
    .map(pid => {
      try {
        const status = readFileSync(`/proc/${pid}/status`, "utf8");
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        return command.includes(program) ? Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) : 0;
      } catch {
        return 0; // it has ended meanwhile
      }
    });
  return sizes.reduce((sum, size) => sum + size, 0);
}

const random = randomFrom(5);

test(`${UPDATES} updates in a row on one flash file: the device's memory stays as it is`, async () => {
  const { stage } = bench;
  const agent = { allowDowngrade: true, fileRequestWaitMs: 1000 };
  const images = ["1.0.0", "1.1.0"].map(version =>
    stage.makeFirmware({ version, config: { agent } }),
  );
  const [first] = images;
  assert.ok(first !== undefined);
  stage.installDevice(first);
  const memory: number[] = [];
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
    memory.push(memoryOf(stage.flash));
  }
  const middle = (from: readonly number[]): number =>
    [...from].sort((a, b) => a - b)[from.length >> 1] ?? 0;
  const quarter = Math.ceil(UPDATES / 4);
  const [early, late] = [middle(memory.slice(0, quarter)), middle(memory.slice(-quarter))];
  count({ updates: UPDATES });
  console.log(
    `device soak: ${UPDATES} updates, ${succeeded} succeeded, ${cuts} power cuts; memory ${early} KiB in the first quarter, ${late} KiB in the last`,
  );
  assert.ok(succeeded > UPDATES / 2, `${succeeded} succeeded`);
  assert.ok(early > 0 && late - early < MAX_GROWTH, `${early} KiB, then ${late} KiB`);
});
