// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseProgress } from "xs-ota/agent/progress";
import { AgentBench, BLOCK, firmware, jobMessage, JOBS } from "xs-ota/test/support/agent-bench";
import type { MemoryJournal, MemoryPal } from "xs-ota/test/support/memory-pal";

const SIZE = 3 * BLOCK;
const update = `${JOBS}/AFR_OTA-j/update`;
const onTrial = jobMessage(SIZE, {
  statusDetails: { self_test: "ready", updatedBy: "0x01000000" },
});

/** Journal and platform of a device that activated 1.1.0 over 1.0.0. */
function activated(): { pal: MemoryPal; journal: MemoryJournal } {
  const bench = new AgentBench();
  bench.agent.start();
  bench.job(jobMessage(SIZE));
  bench.blocks(firmware("1.1.0", SIZE));
  bench.agent.activate();
  return bench;
}

/** The new image after its first reset. */
function newImage(): AgentBench {
  const { pal, journal } = activated();
  pal.imageState = "PendingCommit";
  pal.ids.running.set(pal.ids.spare);
  const bench = new AgentBench({ version: "1.1.0", pal, journal });
  bench.agent.start();
  return bench;
}

/** The old image again, after the bootloader reverted. */
function oldImage({ pal, journal }: { pal: MemoryPal; journal: MemoryJournal }): AgentBench {
  pal.imageState = "Valid";
  pal.ids.running.fill(1);
  const bench = new AgentBench({ version: "1.0.0", pal, journal });
  bench.agent.start();
  return bench;
}

test("a new image tells the cloud that it is tested, and the application to test it", () => {
  const bench = newImage();
  bench.job(onTrial);
  assert.deepEqual(bench.told, ["StartTest"]);
  assert.equal(
    bench.mqtt.take().at(-1),
    `PUB q1 ${update} {"status":"IN_PROGRESS","statusDetails":{"self_test":"active","updatedBy":"0x01010000"}}`,
  );
});

test("the image's state is Testing from the test's start until the application has decided", () => {
  const bench = newImage();
  assert.equal(bench.agent.imageState, "Unknown");
  bench.job(onTrial);
  assert.equal(bench.agent.imageState, "Testing");
  bench.agent.setImageState("Accepted");
  assert.equal(bench.agent.imageState, "Accepted");
});

test("an accepted image is committed first and reported then", () => {
  const bench = newImage();
  bench.job(onTrial);
  bench.reply(true);
  bench.mqtt.take();
  bench.agent.setImageState("Accepted");
  assert.equal(bench.pal.imageState, "Valid");
  assert.deepEqual(bench.mqtt.take(), [
    `PUB q1 ${update} {"status":"SUCCEEDED","statusDetails":{"reason":"accepted  v1.1.0","updatedBy":"  v1.0.0"}}`,
  ]);
  bench.reply(true);
  assert.equal(bench.journal.load(), undefined, "told and over");
});

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

test("a commit cut off before the journal knows of it is reported all the same", () => {
  const trial = newImage();
  trial.pal.imageState = "Valid";
  const bench = new AgentBench({ version: "1.1.0", pal: trial.pal, journal: trial.journal });
  bench.agent.start();
  assert.ok(bench.mqtt.take()[0]?.includes('"status":"SUCCEEDED"'));
});

test("an image accepted without a connection is reported when there is one", () => {
  const bench = newImage();
  bench.mqtt.disconnect();
  bench.agent.setImageState("Accepted");
  bench.mqtt.take();
  bench.mqtt.connect();
  assert.ok(bench.mqtt.take()[0]?.includes('"status":"SUCCEEDED"'));
});

test("a trial that nobody accepts is given up, and the old image says why", () => {
  const trial = newImage();
  trial.job(onTrial);
  trial.clock.advance(16_000);
  assert.deepEqual(trial.told, ["StartTest", "SelfTestFailed"]);
  assert.equal(trial.pal.calls.at(-1), "reset");

  const bench = oldImage(trial);
  assert.deepEqual(bench.told, ["Reverted"]);
  const [status = ""] = bench.mqtt.take();
  assert.ok(status.startsWith(`PUB q1 ${update} {"status":"FAILED"`), status);
  assert.ok(status.includes("not accepted within 16000 ms"), status);
});

test("the trial's timer runs on after the test has begun, until the commit", () => {
  const bench = newImage();
  bench.job(onTrial);
  bench.clock.advance(15_999);
  assert.ok(!bench.pal.calls.includes("reset 2"));
  bench.agent.setImageState("Accepted");
  const resets = bench.pal.calls.filter(call => call === "reset").length;
  bench.clock.advance(3_600_000);
  assert.equal(bench.pal.calls.filter(call => call === "reset").length, resets);
});

test("a trial without a connection is given up in time", () => {
  const bench = newImage();
  bench.mqtt.disconnect();
  bench.clock.advance(16_000);
  assert.deepEqual(bench.told, ["SelfTestFailed"]);
});

test("an image that the application rejects is given up with that reason", () => {
  const trial = newImage();
  trial.job(onTrial);
  trial.agent.setImageState("Rejected");
  const bench = oldImage(trial);
  assert.ok(bench.mqtt.take()[0]?.includes("rejected by the application"));
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

test("a job that is cancelled during the trial rolls the device back", () => {
  const bench = newImage();
  bench.job({ timestamp: 1 });
  assert.deepEqual(bench.told, ["SelfTestFailed"]);
  assert.equal(bench.pal.calls.at(-1), "reset");
});

test("a job that is force-cancelled while it is reported active rolls the device back", () => {
  const bench = newImage();
  bench.job(onTrial);
  bench.reply(false);
  assert.deepEqual(bench.told, ["StartTest", "SelfTestFailed"]);
});

test("an image whose own version is not newer is given up, whatever its header said", () => {
  const { pal, journal } = activated();
  pal.imageState = "PendingCommit";
  const bench = new AgentBench({ version: "1.0.0", pal, journal });
  bench.agent.start();
  bench.job(onTrial);
  assert.deepEqual(bench.told, ["SelfTestFailed"]);
});

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
