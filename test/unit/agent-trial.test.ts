// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import type { OtaEvent } from "xs-ota";
import { OtaError } from "xs-ota/pal/error";
import { AgentBench, jobMessage, JOBS } from "xs-ota/test/support/agent-bench";
import {
  activated,
  newImage,
  oldImage,
  onTrial,
  SIZE,
  update,
} from "xs-ota/test/support/trial-bench";

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

test("a trial is aborted as it is rejected", () => {
  const trial = newImage();
  trial.job(onTrial);
  trial.agent.setImageState("Aborted");
  assert.equal(trial.pal.calls.at(-1), "reset");
  assert.ok(oldImage(trial).mqtt.take()[0]?.includes("aborted by the application"));
});

test("a new image is tested though it cannot read the job that brought it, as when it wants another signature", () => {
  const bench = newImage();
  const file = { "sig-sha256-ecdsa": null, "sig-sha256-rsa": "QUJD" };
  bench.job(jobMessage(SIZE, { file, statusDetails: { self_test: "ready" } }));
  assert.deepEqual(bench.told, ["StartTest"]);
  assert.ok(bench.mqtt.take().at(-1)?.includes(`${update} {"status":"IN_PROGRESS"`));
});

test("a trial of which the journal knows nothing is tested, committed and reported", () => {
  const bench = new AgentBench({ version: "1.1.0" });
  bench.pal.imageState = "PendingCommit";
  bench.agent.start();
  bench.job(onTrial);
  const told = bench.events.find(({ type }) => type === "StartTest");
  assert.deepEqual(told, { type: "StartTest", jobId: "AFR_OTA-j" });
  assert.ok(bench.mqtt.take().at(-1)?.includes('"self_test":"active"'));
  bench.reply(true);
  bench.agent.setImageState("Accepted");
  assert.deepEqual(bench.events.at(-1), { type: "Committed", version: 0x01010000 });
  const statusDetails = { self_test: "active", updatedBy: "0x01010000" };
  bench.job(jobMessage(SIZE, { statusDetails }));
  assert.ok(bench.mqtt.take().at(-1)?.includes('"status":"SUCCEEDED"'));
});

test("an image that cannot be committed stays on trial, and the application is told", () => {
  const bench = newImage();
  bench.job(onTrial);
  bench.mqtt.take();
  bench.pal.failures.set("setPlatformImageState", new OtaError("flash-failed", "worn out"));
  assert.throws(() => bench.agent.setImageState("Accepted"), { code: "flash-failed" });
  assert.equal(bench.agent.imageState, "Testing");
  assert.deepEqual(bench.mqtt.take(), []);
  bench.clock.advance(16_000);
  assert.deepEqual(bench.told, ["StartTest", "SelfTestFailed"]);
});

test("a commit is reported though the journal fails to keep it", () => {
  const bench = newImage();
  bench.job(onTrial);
  bench.reply(true);
  bench.mqtt.take();
  bench.journal.failure = new OtaError("flash-failed", "worn out");
  bench.agent.setImageState("Accepted");
  assert.ok(bench.mqtt.take()[0]?.includes('"status":"SUCCEEDED"'));
  bench.journal.failure = new OtaError("flash-failed", "worn out");
  bench.reply(true);
  assert.equal(bench.agent.state, "WaitingForJob");
});

test("an image that is accepted after a shutdown is reported by the next start", () => {
  const bench = newImage();
  bench.job(onTrial);
  bench.agent.shutdown();
  bench.mqtt.take();
  bench.agent.setImageState("Accepted");
  assert.deepEqual(bench.mqtt.take(), []);
  assert.equal(bench.clock.pending, 0, "no timer is left");
  bench.agent.start();
  assert.ok(bench.mqtt.take()[0]?.includes('"status":"SUCCEEDED"'));
});

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

/** The new image, under test, whose application throws when it hears of `event`. */
function throwingAt(event: OtaEvent["type"]): AgentBench {
  const bench = newImage({
    onEvent: ({ type }) => {
      if (type === event) throw new TypeError("a bug of the application's");
    },
  });
  bench.job(onTrial);
  bench.pal.calls.length = 0;
  return bench;
}

const ends: Readonly<Record<string, (bench: AgentBench) => void>> = {
  "is rejected": ({ agent }) => agent.setImageState("Rejected"),
  "nobody accepts": ({ clock }) => clock.advance(16_000),
  "loses its job": bench => bench.reply(false),
};

for (const [what, end] of Object.entries(ends)) {
  test(`a trial that ${what} is given up, though the application throws when it hears so`, () => {
    const bench = throwingAt("SelfTestFailed");
    assert.throws(() => end(bench), TypeError);
    assert.deepEqual(bench.pal.calls, ["setPlatformImageState Rejected", "reset"]);
  });
}

test("a commit is reported, though the application throws when it hears of it", () => {
  const bench = throwingAt("Committed");
  bench.reply(true);
  assert.throws(() => bench.agent.setImageState("Accepted"), TypeError);
  assert.match(bench.mqtt.take().join(), /"status":"SUCCEEDED"/);
});

test("a success on its way to an attempt that is over is told to the next one", () => {
  const bench = newImage({ config: { conditionalUpdates: true } });
  bench.job(onTrial);
  bench.reply(true);
  bench.agent.setImageState("Accepted");
  const clientToken = /"clientToken":"([^"]*)"/.exec(bench.mqtt.take().at(-1) ?? "")?.[1];
  bench.mqtt.deliver(`${JOBS}/notify-next`, jobMessage(SIZE, { executionNumber: 2 }));
  assert.match(bench.mqtt.take().join(), /"status":"SUCCEEDED".*"executionNumber":2}/);
  bench.mqtt.deliver(`${update}/rejected`, { code: "InvalidStateTransition", clientToken });
  assert.notEqual(bench.journal.load(), undefined, "it is not over");
});

test("an application that hears of the commit finds its image accepted", () => {
  const found: string[] = [];
  const bench: AgentBench = newImage({
    onEvent: ({ type }) => {
      if (type === "Committed") found.push(bench.agent.imageState);
    },
  });
  bench.agent.setImageState("Accepted");
  assert.deepEqual(found, ["Accepted"]);
});
