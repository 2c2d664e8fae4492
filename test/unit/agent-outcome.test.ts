// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseProgress } from "xs-ota/agent/progress";
import { OtaError } from "xs-ota/pal/error";
import { AgentBench, askedBench, firmware, jobMessage } from "xs-ota/test/support/agent-bench";
import { MemoryPal } from "xs-ota/test/support/memory-pal";
import { activated, newImage, oldImage, onTrial, SIZE } from "xs-ota/test/support/trial-bench";

/*
 * What a start finds of an update that went before it, and what it says of that.
 */

test("a trial that was given up is no success, though the bootloader has no image to go back to", () => {
  const trial = newImage();
  trial.job(onTrial);
  trial.agent.setImageState("Rejected");
  trial.pal.imageState = "Valid"; // as the bootloader leaves it: it confirms what it cannot revert
  const bench = new AgentBench({ version: "1.1.0", pal: trial.pal, journal: trial.journal });
  bench.agent.start();
  const [report = ""] = bench.mqtt.take();
  assert.match(
    report,
    /"status":"FAILED".*did not pass its trial, and stays, for there is no other/,
  );
});

test("a commit that was not reported before a reset is reported after it", () => {
  const trial = newImage();
  trial.job(onTrial);
  trial.agent.setImageState("Accepted");
  const bench = new AgentBench({ version: "1.1.0", pal: trial.pal, journal: trial.journal });
  bench.agent.start();
  assert.ok(bench.mqtt.take()[0]?.includes('"status":"SUCCEEDED"'));
  bench.reply(true);
  assert.equal(bench.journal.load(), undefined);
});

test("a job that has succeeded, and comes again because the journal could not forget it, is reported again", () => {
  const bench = newImage();
  bench.job(onTrial);
  bench.reply(true);
  bench.agent.setImageState("Accepted");
  bench.journal.failure = new OtaError("flash-failed", "worn out");
  bench.reply(true);
  bench.mqtt.take();
  bench.job(onTrial);
  assert.match(bench.mqtt.take().join(), /"status":"SUCCEEDED".*accepted  v1\.1\.0.*  v1\.0\.0/);
  assert.ok(!bench.told.includes("ReceivedJob"), "nothing is downloaded");
});

test("a file that has taken effect, and whose job comes again because the journal could not forget it, is reported again", () => {
  const bench = askedBench({ filePals: { 3: new MemoryPal() } });
  const job = jobMessage(SIZE, { file: { fileType: 3 } });
  bench.job(job);
  bench.blocks(firmware("1.1.0", SIZE));
  bench.reply(true);
  bench.journal.failure = new OtaError("flash-failed", "worn out");
  bench.reply(true);
  bench.mqtt.take();
  bench.job(job);
  assert.match(bench.mqtt.take().join(), /"status":"SUCCEEDED".*accepted  v0\.0\.3/);
  assert.equal(bench.told.filter(type => type === "ReceivedJob").length, 1);
});

test("a commit cut off before the journal knows of it is reported all the same", () => {
  const trial = newImage();
  trial.pal.imageState = "Valid";
  const bench = new AgentBench({ version: "1.1.0", pal: trial.pal, journal: trial.journal });
  bench.agent.start();
  assert.ok(bench.mqtt.take()[0]?.includes('"status":"SUCCEEDED"'));
});

test("an image that crashed before it could say so is reported with the reason of the reset", () => {
  const bench = oldImage(activated());
  assert.ok(bench.mqtt.take()[0]?.includes("it ended by a reset (watchdog)"));
});

for (const version of ["1.0.0", "1.1.0"]) {
  test(`a switch that the bootloader has not finished, with ${version} running, gets one more reset, and then has failed`, () => {
    const { pal, journal } = activated();
    pal.imageState = "Unknown";
    if (version === "1.1.0") pal.ids.running.set(pal.ids.spare);
    const start = (): AgentBench => {
      const bench = new AgentBench({ version, pal, journal });
      bench.agent.start();
      return bench;
    };
    const first = start();
    assert.deepEqual(first.mqtt.take(), [], "nothing is said before it is known");
    assert.equal(pal.calls.at(-1), "reset");
    const second = start();
    assert.ok(second.mqtt.take()[0]?.includes('"status":"FAILED"'));
    second.reply(true);
    assert.equal(journal.load(), undefined);
  });
}

test("a reset during the switch verifies and offers the image again", () => {
  const { pal, journal } = activated();
  const record = parseProgress(journal.load() ?? new Uint8Array(0));
  assert.equal(record?.phase, "switched");
  const bytes = journal.load() as Uint8Array;
  bytes[1] = 2;
  journal.save(bytes);
  const bench = new AgentBench({ pal, journal });
  bench.agent.start();
  bench.job(onTrial);
  assert.deepEqual(bench.told, ["ReceivedJob", "Activate"]);
});

test("an image that has reported its own trial, and that no record knows, has passed it", () => {
  const bench = new AgentBench({ version: "1.1.0" });
  bench.agent.start();
  const statusDetails = { self_test: "active", updatedBy: "0x01010000" };
  bench.job(jobMessage(SIZE, { statusDetails }));
  assert.ok(bench.mqtt.take().at(-1)?.includes('"status":"SUCCEEDED"'));
});

test("an update that no record knows is judged by the versions, as the C library does", () => {
  for (const [version, expected] of [
    ["1.1.0", "SUCCEEDED"],
    ["1.0.0", "FAILED"],
  ] as const) {
    const bench = new AgentBench({ version });
    bench.agent.start();
    bench.job(onTrial);
    assert.ok(bench.mqtt.take().at(-1)?.includes(`"status":"${expected}"`));
  }
});
