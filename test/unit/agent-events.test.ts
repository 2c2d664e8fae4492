// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CustomJobVerdict, OtaEvent } from "xs-ota";
import { OtaError } from "xs-ota/pal/error";
import {
  AgentBench,
  askedBench,
  BLOCK,
  type BenchOptions,
  firmware,
  jobMessage,
} from "xs-ota/test/support/agent-bench";
import { MemoryPal } from "xs-ota/test/support/memory-pal";
import { newImage, oldImage, onTrial } from "xs-ota/test/support/trial-bench";

/*
 * What each event brings: one journey for each end that an update may have.
 */

const SIZE = 2 * BLOCK;
const image = firmware("1.1.0", SIZE);
const job = Object.freeze({ jobId: "AFR_OTA-j", fileType: 0, fileSize: SIZE });

/** The events so far, changes of state left out, and forgotten. */
const take = ({ events }: AgentBench): readonly OtaEvent[] =>
  events.splice(0).filter(({ type }) => type !== "StateChange");

/** A device that has received 1.1.0 and restarts into it. */
function activated(): AgentBench {
  const bench = askedBench();
  bench.job(jobMessage(SIZE));
  bench.blocks(image);
  bench.agent.activate();
  return bench;
}

/** The new image, whose test has begun. */
function tested(): AgentBench {
  const bench = newImage();
  bench.job(onTrial);
  return bench;
}

test("a download brings the job, how far it is, and the job again when it can be activated", () => {
  assert.deepEqual(take(activated()), [
    { type: "ReceivedJob", job },
    { type: "Progress", received: 1, total: 2 },
    { type: "Progress", received: 2, total: 2 },
    { type: "Activate", job },
  ]);
});

test("an error that the application throws when a job comes is its own, and the update goes on", () => {
  const bench: AgentBench = new AgentBench({
    onEvent: ({ type }) => {
      if (type === "ReceivedJob") bench.agent.setImageState("Rejected");
    },
  });
  bench.agent.start();
  assert.throws(() => bench.job(jobMessage(SIZE)), { code: "state-invalid" });
  assert.equal(bench.agent.state, "WaitingForFileBlock");
  bench.blocks(image);
  assert.deepEqual(bench.told, ["ReceivedJob", "Activate"]);
});

/** An agent whose application throws `error` at a job of its own, after it has given `answers`. */
function throwingAtCustom(error: Error, answers: readonly CustomJobVerdict[] = []): AgentBench {
  const bench = askedBench({
    onEvent: event => {
      if (event.type !== "ParseCustomJob") return;
      for (const verdict of answers) event.answer(verdict, "as it was told");
      throw error;
    },
  });
  bench.mqtt.take();
  return bench;
}

const customJob = { execution: { jobId: "c1", jobDocument: { reboot: true } } };

const errors: Readonly<Record<string, Error>> = {
  "an OtaError": new OtaError("flash-failed", "the application's own"),
  "another error": new TypeError("a bug of the application's"),
};

for (const [what, error] of Object.entries(errors)) {
  test(`the caller gets ${what} that the application throws at a job of its own, and the job is refused`, () => {
    const bench = throwingAtCustom(error);
    assert.throws(() => bench.job(customJob), { message: error.message });
    assert.match(bench.mqtt.take().join(), /jobs\/c1\/update {"status":"REJECTED"/);
    assert.deepEqual(bench.told, ["ParseCustomJob", "Fail"]);
  });
}

test("a job of the application's that it answers before it throws is reported in its words", () => {
  const bench = throwingAtCustom(new TypeError("bug"), ["SUCCEEDED"]);
  assert.throws(() => bench.job(customJob), TypeError);
  assert.match(bench.mqtt.take().join(), /"status":"SUCCEEDED".*as it was told/);
});

test("a change of state brings the states before and after it", () => {
  const { events } = askedBench();
  assert.deepEqual(events, [
    { type: "StateChange", from: "Init", to: "Ready" },
    { type: "StateChange", from: "Ready", to: "RequestingJob" },
    { type: "StateChange", from: "RequestingJob", to: "WaitingForJob" },
  ]);
});

test("a failure brings the job and the error; a malformed document has no job to bring", () => {
  const failing = askedBench();
  const error = new OtaError("image-too-large", "no room", 7);
  failing.pal.failures.set("createFile", error);
  failing.job(jobMessage(SIZE));
  assert.deepEqual(take(failing).at(-1), { type: "Fail", job, error });

  const malformed = askedBench();
  malformed.job(jobMessage(0));
  const [fail] = take(malformed);
  assert.ok(fail?.type === "Fail" && fail.job === undefined);
  assert.deepEqual([fail.error.code, fail.error.hostCode], ["job-malformed", 3]);
});

test("a trial brings the job's id, and its end the version or the reason", () => {
  const accepted = tested();
  assert.deepEqual(take(accepted), [{ type: "StartTest", jobId: "AFR_OTA-j" }]);
  accepted.agent.setImageState("Accepted");
  assert.deepEqual(take(accepted), [{ type: "Committed", version: 0x01010000 }]);

  const rejected = tested();
  rejected.agent.setImageState("Rejected");
  const reason = "rejected by the application";
  assert.deepEqual(take(rejected).at(-1), { type: "SelfTestFailed", reason });

  assert.deepEqual(take(oldImage(rejected)), [
    {
      type: "Reverted",
      jobId: "AFR_OTA-j",
      reason: `the new image did not pass its trial: ${reason}`,
    },
  ]);
});

test("a file that is not firmware brings its job when it is complete", () => {
  const options: BenchOptions = { filePals: { 3: new MemoryPal() } };
  const bench = askedBench(options);
  bench.job(jobMessage(SIZE, { file: { fileType: 3 } }));
  bench.blocks(image);
  assert.deepEqual(take(bench).at(-1), { type: "UpdateComplete", job: { ...job, fileType: 3 } });
});

test("a job of the application's brings its id and its document, and no job brings nothing", () => {
  const bench = askedBench();
  bench.job(customJob);
  const [custom] = take(bench);
  assert.ok(custom?.type === "ParseCustomJob");
  assert.deepEqual([custom.jobId, custom.document], ["c1", { reboot: true }]);

  const idle = askedBench();
  idle.job({ timestamp: 1 });
  assert.deepEqual(take(idle), [{ type: "NoActiveJob" }]);
});
