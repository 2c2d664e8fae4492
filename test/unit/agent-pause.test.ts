// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { OtaError } from "xs-ota/pal/error";
import {
  AgentBench,
  BLOCK,
  downloadingBench,
  firmware,
  jobMessage,
  JOBS,
} from "xs-ota/test/support/agent-bench";

/*
 * What the application may ask of an agent at any time: to suspend and resume, to give an update up, to shut down.
 */

const TEN = 10 * BLOCK - 100;
const image = firmware("1.1.0", TEN);
const update = `${JOBS}/AFR_OTA-j/update`;
const job = Object.freeze({ jobId: "AFR_OTA-j", fileType: 0, fileSize: TEN });

const writes = ({ pal }: AgentBench): number =>
  pal.calls.filter(call => call.startsWith("writeBlock")).length;

/** The events of these types so far. */
const told = ({ events }: AgentBench, ...types: readonly string[]): readonly unknown[] =>
  events.filter(({ type }) => types.includes(type));

test("a suspended agent stores nothing, and goes on from what it has", () => {
  const bench = downloadingBench(TEN);
  bench.blocks(image, 0, 4);
  bench.agent.suspend();
  bench.blocks(image, 5, 6);
  assert.equal(bench.agent.state, "Suspended");
  assert.equal(writes(bench), 5);
  bench.agent.resume();
  bench.job(jobMessage(TEN));
  bench.blocks(image, 5);
  assert.equal(bench.agent.state, "ClosingFile");
  assert.equal(writes(bench), 10);
});

test("suspending and resuming are told, with the job that is under way", () => {
  const bench = downloadingBench(TEN);
  bench.agent.suspend();
  assert.deepEqual(told(bench, "Suspended", "Resumed"), [{ type: "Suspended", job }]);
  bench.agent.resume();
  assert.deepEqual(told(bench, "Resumed"), [{ type: "Resumed", job }]);

  bench.agent.suspend();
  bench.agent.suspend();
  assert.equal(told(bench, "Suspended").length, 2, "once each time");

  const idle = new AgentBench();
  idle.agent.start();
  idle.agent.suspend();
  assert.deepEqual(told(idle, "Suspended"), [{ type: "Suspended", job: undefined }]);
});

test("a stopped agent can be neither suspended nor resumed", () => {
  const bench = new AgentBench();
  for (const when of ["before the start", "after the end"]) {
    assert.throws(() => bench.agent.suspend(), { code: "state-invalid" }, when);
    assert.throws(() => bench.agent.resume(), { code: "state-invalid" }, when);
    bench.agent.start();
    bench.agent.shutdown();
  }
});

test("an application may abort an update: it is reported so", () => {
  const bench = downloadingBench(TEN);
  bench.agent.setImageState("Aborted");
  const status = bench.mqtt.take().find(line => line.includes("/update"));
  assert.ok(status?.includes('"status":"FAILED","statusDetails":{"reason":"aborted: 0x00000013"'));
  assert.equal(bench.agent.imageState, "Aborted");
});

test("an abort without an update changes nothing: the next job is taken as it comes", () => {
  const bench = new AgentBench();
  bench.agent.start();
  bench.job({ timestamp: 1 });
  bench.agent.setImageState("Aborted");
  assert.equal(bench.agent.state, "WaitingForJob");
  bench.mqtt.deliver(`${JOBS}/notify-next`, jobMessage(TEN));
  bench.blocks(image);
  assert.equal(bench.agent.state, "ClosingFile");
});

test("an update that is aborted as soon as it is told of does not begin", () => {
  const bench = new AgentBench({
    onEvent: ({ type }) => {
      if (type === "ReceivedJob") bench.agent.setImageState("Aborted");
    },
  });
  bench.agent.start();
  bench.mqtt.take();
  bench.job(jobMessage(TEN));
  assert.ok(bench.mqtt.take().some(line => line.includes("aborted: 0x00000013")));
  assert.notEqual(bench.agent.state, "WaitingForFileBlock");
});

test("an update that is aborted while it is suspended does not come back", () => {
  const bench = downloadingBench(TEN);
  bench.blocks(image, 0, 4);
  bench.agent.suspend();
  bench.agent.setImageState("Aborted");
  assert.ok(bench.mqtt.take().some(line => line.includes("aborted: 0x00000013")));
  assert.equal(bench.agent.state, "Suspended");
  assert.equal(bench.journal.load(), undefined);
  bench.agent.resume();
  assert.ok(!bench.mqtt.take().some(line => line.includes("$next/get")));
  bench.reply(true); // to the progress of the first block
  bench.reply(true);
  assert.ok(bench.mqtt.take().some(line => line.includes("$next/get")));
});

test("a shutdown unsubscribes as the C library does, keeps what is there, and a start goes on", () => {
  const bench = downloadingBench(TEN);
  bench.blocks(image, 0, 7);
  bench.mqtt.take();
  assert.equal(bench.agent.shutdown(), "Stopped");
  assert.deepEqual(bench.mqtt.take(), [
    "UNS q1 $aws/things/T1/streams/S1/data/cbor",
    "UNS q1 $aws/things/T1/streams/S1/rejected/cbor",
    `UNS q0 ${JOBS}/notify-next`,
  ]);
  assert.equal(bench.clock.pending, 0, "no timer is left");
  bench.agent.start();
  bench.job(jobMessage(TEN));
  bench.blocks(image, 8);
  assert.equal(bench.agent.state, "ClosingFile");
});

for (const what of ["shutdown", "suspend"] as const) {
  test(`a ${what} between the activation and the restart does not undo what the journal knows`, () => {
    const bench = downloadingBench(TEN);
    bench.blocks(image);
    bench.agent.activate();
    bench.agent[what]();
    const { pal, journal } = bench;
    const old = new AgentBench({ pal, journal }); // which runs again, for the new image has crashed
    old.agent.start();
    assert.deepEqual(old.told, ["Reverted"]);
  });
}

test("a shutdown leaves the subscriptions alone when it is told to", () => {
  const bench = downloadingBench(TEN);
  bench.mqtt.take();
  bench.agent.shutdown({ unsubscribe: false });
  assert.deepEqual(bench.mqtt.take(), []);
});

/** An agent that is shut down while the report that ends its job waits for a reply. */
function ending(timeoutMs?: number): AgentBench {
  const bench = new AgentBench();
  bench.pal.failures.set("createFile", new OtaError("image-too-large", "no room"));
  bench.agent.start();
  bench.job(jobMessage(TEN));
  bench.mqtt.take();
  bench.agent.shutdown(timeoutMs === undefined ? {} : { timeoutMs });
  return bench;
}

test("a shutdown with time waits until the end of a job is known to the cloud", () => {
  const bench = ending(30_000);
  assert.equal(bench.agent.state, "ShuttingDown");
  bench.clock.advance(10_000);
  assert.equal(bench.mqtt.take().filter(line => line.includes(update)).length, 1, "sent again");
  bench.reply(true);
  assert.equal(bench.agent.state, "Stopped");
  assert.equal(bench.clock.pending, 0);
});

test("a shutdown waits no longer than it may, and not at all when it is asked for twice", () => {
  const bench = ending(30_000);
  bench.clock.advance(29_999);
  assert.equal(bench.agent.state, "ShuttingDown");
  bench.clock.advance(1);
  assert.equal(bench.agent.state, "Stopped");
  assert.equal(ending().agent.state, "Stopped");
  assert.equal(ending(30_000).agent.shutdown(), "Stopped");
});

test("an agent that ends asks for nothing any more", () => {
  const bench = ending(30_000);
  assert.throws(() => bench.agent.checkForUpdate(), { code: "state-invalid" });
  assert.equal(bench.agent.state, "ShuttingDown");
});
