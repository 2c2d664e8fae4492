// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { OtaError } from "xs-ota/pal/error";
import {
  AgentBench,
  askedBench,
  BLOCK,
  firmware,
  jobMessage,
} from "xs-ota/test/support/agent-bench";

/*
 * What fails under an agent: the platform, the journal, the network that refuses. It fails a job at most, and once.
 */

const TEN = 10 * BLOCK - 100;
const image = firmware("1.1.0", TEN);

for (const call of ["identify", "getPlatformImageState"] as const) {
  test(`a start whose ${call} fails is tried again`, () => {
    const bench = new AgentBench();
    bench.pal.failures.set(call, new OtaError("flash-failed", "once"));
    bench.agent.start();
    assert.equal(bench.agent.state, "Ready");
    bench.agent.suspend();
    bench.clock.advance(10_000);
    assert.equal(bench.agent.state, "WaitingForJob");
  });
}

test("a subscription and a request that the network refuses are tried again, though the connection stays", () => {
  const bench = askedBench();
  bench.mqtt.refusals = 2;
  bench.job(jobMessage(TEN));
  bench.mqtt.take();
  bench.clock.advance(10_000);
  assert.deepEqual(
    bench.mqtt.take().map(line => line.slice(0, 60)),
    [
      "SUB q0 $aws/things/T1/streams/S1/data/cbor",
      "SUB q0 $aws/things/T1/streams/S1/rejected/cbor",
      "PUB q0 $aws/things/T1/streams/S1/get/cbor a66163637264796166".slice(0, 60),
    ],
  );
  bench.blocks(image);
  assert.equal(bench.agent.state, "ClosingFile");
});

test("a request for the job under way that the network refuses ends no job", () => {
  for (const last of [3, 9]) {
    const bench = askedBench();
    bench.job(jobMessage(TEN));
    bench.blocks(image, 0, last);
    bench.mqtt.refusals = 2;
    bench.agent.checkForUpdate();
    assert.deepEqual(bench.told.includes("Fail"), false, `after block ${last}`);
    bench.mqtt.refusals = 0;
    bench.blocks(image, last + 1);
    assert.equal(bench.agent.state, "ClosingFile");
  }
});

test("an image that cannot be activated fails the job, and does not restart", () => {
  const bench = askedBench();
  bench.job(jobMessage(TEN));
  bench.blocks(image);
  bench.reply(true);
  bench.reply(true);
  bench.mqtt.take();
  bench.pal.failures.set("activate", new OtaError("boot-failed", "no boot flag"));
  bench.agent.activate();
  assert.match(bench.mqtt.take()[0] ?? "", /"FAILED".*0x000000e6: 0x00000000.*no boot flag/);
  assert.ok(!bench.pal.calls.includes("reset"));
});

test("an image whose boot flag is set is restarted into, whatever the journal says", () => {
  const bench = askedBench();
  bench.job(jobMessage(TEN));
  bench.blocks(image);
  const { pal, journal } = bench;
  pal.activate = () => {
    journal.failure = new OtaError("flash-failed", "worn out");
  };
  bench.agent.activate();
  assert.equal(pal.calls.at(-1), "reset");
  assert.ok(!bench.mqtt.take().some(line => line.includes("FAILED")));
});

test("a platform that fails while a job is given up does not stop the agent", () => {
  const bench = askedBench();
  bench.job(jobMessage(TEN));
  bench.pal.failures.set("writeBlock", new OtaError("flash-failed", "worn out"));
  bench.pal.failures.set("abort", new OtaError("flash-failed", "worn out"));
  bench.blocks(image, 0, 0);
  assert.equal(bench.agent.state, "WaitingForJob");
  bench.reply(true);
  bench.job(jobMessage(TEN, { jobId: "next" }));
  bench.blocks(image);
  assert.equal(bench.agent.state, "ClosingFile");
});
