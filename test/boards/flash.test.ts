// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { boards, packageRoot } from "xs-ota/cli/boards";
import { findPartition } from "xs-ota/cli/flash-image";
import { describeExecution } from "xs-ota/cli/job-watch";
import { flashSize } from "xs-ota/common/flash-map";
import { outcomeOf } from "xs-ota/test/support/stage";
import { readFlashMap } from "xs-ota/toolchain/flash-map";
import { board, openStage } from "./bench.js";

const map = readFlashMap(join(packageRoot, boards[board].flashMap));
const blockOf = (name: string): number => findPartition(map, name).offset / map.blockSize;

/** How often each block was erased that was erased at all. The counters follow the flash in its file. */
function readWear(flash: string): Map<number, number> {
  const size = flashSize(map);
  const counters = readFileSync(flash).subarray(size, size + (size / map.blockSize) * 4);
  const counts = new Map<number, number>();
  for (let block = 0; block < counters.length / 4; block++) {
    const count = counters.readUInt32LE(4 * block);
    if (count > 0) counts.set(block, count);
  }
  return counts;
}

test(`${board}: every erase is counted by its block, and outlives the power`, async t => {
  const manifest = join(packageRoot, "test/xs/wear/manifest.json");
  const stage = await openStage(t);
  stage.installDevice(stage.makeFirmware({ manifest, version: "1.0.0" }));
  await stage.console.waitFor(/erased/);
  await stage.switchOff();
  const first = blockOf("slot-b");
  const once = new Map([
    [first, 3],
    [first + 1, 1],
    [first + 2, 1],
  ]);
  assert.deepEqual(readWear(stage.flash), once);

  const { length } = stage.console.lines;
  stage.switchOn();
  await stage.console.waitFor(/erased/, length);
  await stage.switchOff();
  const twice = new Map([...once].map(([block, count]) => [block, 2 * count]));
  assert.deepEqual(readWear(stage.flash), twice);
});

/** What makes the emulator's flash refuse every erase and every write, as a chip does whose write protection is on. */
const writeProtection: Readonly<Record<string, readonly string[]>> = {
  "riscv-virt": ["-set", "drive.flash.readonly=on"],
};
const protectedFlash = writeProtection[board];

if (protectedFlash !== undefined) {
  test(`${board}: a flash that refuses to be written fails the job, and the device runs on`, async t => {
    const stage = await openStage(t, { emulatorArguments: protectedFlash });
    stage.installDevice(stage.makeFirmware({ version: "1.0.0" }));
    await stage.console.waitFor(/runs 1\.0\.0/);
    const jobId = await stage.deploy(stage.makeFirmware({ version: "1.1.0" }));
    const outcome = await outcomeOf(stage, jobId);
    assert.equal(outcome.status, "FAILED");
    assert.match(describeExecution(outcome), /flash-failed/);
    const starts = stage.console.lines.filter(line => line.includes("boot: started"));
    assert.equal(starts.length, 1);
  });
}
