// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AgentBench,
  askedBench,
  BLOCK,
  firmware,
  jobMessage,
  JOBS,
} from "xs-ota/test/support/agent-bench";

/*
 * What the cloud hears of a download, and what the agent makes of the replies.
 */

const TEN = 10 * BLOCK - 100;
const image = firmware("1.1.0", TEN);
const update = `${JOBS}/AFR_OTA-j/update`;

test("progress is told from the first block on, and then once in so many blocks", () => {
  const bench = askedBench({ config: { statusFrequency: 4 } });
  bench.job(jobMessage(TEN));
  bench.blocks(image);
  const told = bench.mqtt.take().map(line => /"receive":"(.*?)"/.exec(line)?.[1]);
  assert.deepEqual(told.filter(Boolean), ["1/10", "4/10", "8/10"]);
});

test("progress that is damaged on its way ends no job", () => {
  const bench = askedBench();
  bench.job(jobMessage(TEN));
  bench.blocks(image, 0, 0);
  bench.mqtt.deliver(`${update}/rejected`, { code: "InvalidJson" });
  bench.blocks(image);
  assert.equal(bench.agent.state, "ClosingFile");
});

test("progress sets the time that the cloud may wait for the next", () => {
  const bench = askedBench({ config: { stepTimeoutInMinutes: 5 } });
  bench.job(jobMessage(TEN));
  bench.blocks(image, 0, 0);
  const progress = bench.mqtt.take().find(line => line.includes(update));
  assert.match(progress ?? "", /"stepTimeoutInMinutes":5}$/);
});

test("a download that is slower than the progress messages tells the cloud in time that it goes on", () => {
  const bench = askedBench({ config: { stepTimeoutInMinutes: 2, statusFrequency: 1000 } });
  bench.job(jobMessage(TEN));
  const progress = (block: number): readonly string[] => {
    bench.blocks(image, block, block);
    return bench.mqtt.take().filter(line => line.includes("receive"));
  };
  assert.equal(progress(0).length, 1, "the first block");
  bench.clock.advance(59_999);
  assert.equal(progress(1).length, 0, "half of the time is left");
  bench.clock.advance(1);
  assert.match(progress(2).join(), /"receive":"3\/10"},"stepTimeoutInMinutes":2}/);
  assert.equal(progress(3).length, 0, "the time has begun anew");
});

test("a job whose progress the cloud refuses is no longer the device's, and is dropped", () => {
  const bench = askedBench();
  bench.job(jobMessage(TEN));
  bench.blocks(image, 0, 3);
  bench.mqtt.take();
  bench.mqtt.deliver(`${update}/rejected`, { code: "InvalidStateTransition" });
  assert.deepEqual(bench.told, ["ReceivedJob", "Fail"]);
  assert.ok(bench.pal.calls.includes("abort"));
  bench.job(jobMessage(TEN, { jobId: "next" }));
  bench.blocks(image);
  assert.equal(bench.agent.state, "ClosingFile");
});

/** The token of the report sent last. */
const tokenOf = (lines: readonly string[]): string =>
  /"clientToken":"([^"]*)"/.exec(lines.at(-1) ?? "")?.[1] ?? "";

/** A download that is complete, whose progress got no reply. */
function ready(): AgentBench {
  const bench = askedBench({ config: { conditionalUpdates: true } });
  bench.job(jobMessage(TEN));
  bench.blocks(image);
  return bench;
}

test("a reply to progress that is lost costs no report, and no job", () => {
  const bench = ready();
  const clientToken = tokenOf(bench.mqtt.take());
  const executionState = { status: "IN_PROGRESS", versionNumber: 2 };
  const mismatch = { code: "VersionMismatch", executionState, clientToken };
  bench.mqtt.deliver(`${update}/rejected`, mismatch);
  assert.match(bench.mqtt.take().join(), /"self_test":"ready".*"expectedVersion":2,/);
  bench.mqtt.deliver(`${update}/accepted`, { clientToken });
  bench.clock.advance(3_600_000);
  assert.deepEqual(bench.mqtt.take(), [], "it is known to the cloud");
  assert.equal(bench.agent.state, "ClosingFile");
});

test("a second reply to one report is not taken for that to the next", () => {
  const bench = ready();
  const clientToken = tokenOf(bench.mqtt.take());
  bench.mqtt.deliver(`${update}/accepted`, { clientToken });
  bench.agent.setImageState("Aborted");
  const aborted = bench.mqtt.take().filter(line => line.includes("FAILED"));
  assert.equal(aborted.length, 1);
  assert.notEqual(tokenOf(aborted), clientToken);
  bench.mqtt.deliver(`${update}/accepted`, { clientToken });
  bench.mqtt.deliver(`${update}/rejected`, { code: "InvalidStateTransition", clientToken });
  bench.clock.advance(10_000);
  assert.ok(
    bench.mqtt.take().some(line => line.includes("FAILED")),
    "it waits for its own",
  );
});

test("a request that is damaged has no token to be known by, and is sent again", () => {
  const bench = ready();
  bench.mqtt.take();
  for (let reply = 0; reply < 2; reply++) {
    bench.mqtt.deliver(`${update}/rejected`, { code: "InvalidJson" });
  }
  bench.clock.advance(10_000);
  assert.match(bench.mqtt.take().join(), /"self_test":"ready"/);
  assert.equal(bench.agent.state, "ClosingFile");
});

const nextAttempt = jobMessage(TEN, { executionNumber: 2 });
const notified = (bench: AgentBench, message: object): void =>
  bench.mqtt.deliver(`${JOBS}/notify-next`, message);
const updates = (bench: AgentBench): readonly string[] =>
  bench.mqtt.take().filter(line => line.includes(update));

/** A download of which the first block is there, and told. */
function begun(): AgentBench {
  const bench = askedBench({ config: { conditionalUpdates: true, statusFrequency: 8 } });
  bench.job(jobMessage(TEN));
  bench.blocks(image, 0, 0);
  bench.mqtt.take();
  return bench;
}

test("a download goes on for the next attempt at its job, and is told to that from then on", () => {
  const bench = begun();
  bench.reply(true);
  notified(bench, nextAttempt);
  bench.blocks(image, 1);
  const [progress = "", end = ""] = updates(bench);
  assert.match(progress, /"receive":"8\/10"},"executionNumber":2}/);
  assert.match(end, /"self_test":"ready".*"expectedVersion":1,"executionNumber":2}/);
  assert.equal(bench.pal.calls.filter(call => call.startsWith("createFile")).length, 1);
});

for (const last of [3, 9]) {
  test(`progress of the attempt before that is refused after block ${last} costs the next one nothing`, () => {
    const bench = begun();
    notified(bench, nextAttempt);
    bench.blocks(image, 1, last);
    bench.reply(false);
    bench.blocks(image, last + 1);
    assert.deepEqual(bench.told, ["ReceivedJob", "Activate"]);
  });
}

test("progress of the next attempt that is refused ends the job, as it did before", () => {
  const bench = begun();
  bench.reply(true);
  notified(bench, nextAttempt);
  bench.blocks(image, 1, 7);
  bench.reply(false);
  assert.deepEqual(bench.told, ["ReceivedJob", "Fail"]);
});

test("an image that is ready is told to the next attempt, whatever the one before says to it", () => {
  const bench = ready();
  bench.reply(true); // the progress
  const clientToken = tokenOf(bench.mqtt.take());
  notified(bench, nextAttempt);
  const again = updates(bench);
  assert.match(again.join(), /"self_test":"ready".*"executionNumber":2}/);
  assert.notEqual(tokenOf(again), clientToken);
  bench.mqtt.deliver(`${update}/rejected`, { code: "InvalidStateTransition", clientToken });
  assert.equal(bench.agent.state, "ClosingFile");
});

test("a notification of the attempt before that comes late changes nothing", () => {
  const bench = begun();
  notified(bench, nextAttempt);
  notified(bench, jobMessage(TEN));
  bench.blocks(image, 1);
  assert.match(updates(bench).at(-1) ?? "", /"executionNumber":2}/);
});
