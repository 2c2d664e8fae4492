// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { OtaError } from "xs-ota/pal/error";
import {
  AgentBench,
  type BenchOptions,
  BLOCK,
  blockMessage,
  DATA,
  downloadingBench,
  firmware,
  jobMessage,
} from "xs-ota/test/support/agent-bench";
import { rigGeometries, type RigGeometry } from "xs-ota/test/support/boot-rig";
import { deltaUpdate } from "xs-ota/test/support/delta-stories";
import { MemoryPal } from "xs-ota/test/support/memory-pal";
import { cutUpdate, formatCounts, noCuts } from "xs-ota/test/support/update-cuts";

/*
 * What users of OTA agents asked for most, by the numbers of docs/parity.md, "Wishes".
 */

const SIZE = 10 * BLOCK;
const image = firmware("1.1.0", SIZE);

const downloading = (options: BenchOptions = {}): AgentBench => downloadingBench(SIZE, options);

test("wish 1: a download goes on after a reset", () => {
  const bench = downloading({ config: { journalFrequency: 1 } });
  bench.blocks(image, 0, 4);
  const { pal, journal } = bench;
  const next = downloading({ pal, journal });
  next.mqtt.take();
  next.blocks(image, 5);
  assert.equal(next.agent.state, "ClosingFile");
  assert.equal(pal.calls.filter(call => call.startsWith("writeBlock")).length, 10, "none twice");
});

test("wish 2: a delta update goes on after a power cut", () => {
  const counts = noCuts();
  cutUpdate(deltaUpdate, rigGeometries[0] as RigGeometry, counts, { tears: ["half"] });
  assert.ok(counts.cuts > 20, formatCounts(counts));
});

test("wish 3: a boot flag is set only on what was verified", () => {
  const bench = downloading();
  bench.blocks(image);
  bench.agent.activate();
  const { calls } = bench.pal;
  assert.ok(calls.indexOf("closeFile") < calls.indexOf("activate"));

  const wrong = downloading();
  wrong.pal.failures.set("closeFile", new OtaError("signature-invalid", "no match"));
  wrong.blocks(image);
  assert.throws(() => wrong.agent.activate(), { code: "state-invalid" });
  assert.ok(!wrong.pal.calls.includes("activate"));
});

test("wish 4: an agent whose request is not answered asks again", () => {
  const bench = new AgentBench();
  bench.agent.start();
  bench.mqtt.take();
  bench.clock.advance(60_000);
  assert.ok(bench.mqtt.take().length >= 2);
});

test("wish 5: the application decides when the image starts, and knows when there is nothing to do", () => {
  const bench = downloading();
  bench.blocks(image);
  bench.clock.advance(24 * 3_600_000);
  assert.ok(!bench.pal.calls.includes("activate"));
  const idle = new AgentBench();
  idle.agent.start();
  idle.job({ timestamp: 1 });
  assert.deepEqual(idle.told, ["NoActiveJob"]);
});

test("wish 6: states, progress and reasons are told", () => {
  const bench = downloading();
  bench.blocks(image);
  bench.agent.suspend();
  bench.agent.resume();
  const types = new Set(bench.events.map(({ type }) => type));
  const told = [
    "StateChange",
    "Progress",
    "ReceivedJob",
    "Activate",
    "Suspended",
    "Resumed",
  ] as const;
  for (const type of told) assert.ok(types.has(type), type);
});

test("wish 7: no job at a start is no error", () => {
  const bench = new AgentBench();
  bench.agent.start();
  bench.job({ timestamp: 1 });
  assert.equal(bench.agent.state, "WaitingForJob");
  assert.ok(!bench.told.includes("Fail"));
});

test("wish 8: a job may bring several files", () => {
  const [dataPal, otherPal] = [new MemoryPal(), new MemoryPal()];
  const signed = { filesize: BLOCK, "sig-sha256-ecdsa": "MEUC" };
  const files = [
    { ...signed, fileid: 0, fileType: 3 },
    { ...signed, fileid: 1, fileType: 4 },
  ];
  const afr_ota = { protocols: ["MQTT"], streamname: "S1", files };
  const bench = new AgentBench({ filePals: { 3: dataPal, 4: otherPal } });
  bench.agent.start();
  bench.job({ execution: { jobId: "two", jobDocument: { afr_ota } } });
  for (const fileId of [0, 1]) {
    assert.ok(!dataPal.calls.includes("activate"), "all of them take effect, or none");
    bench.mqtt.deliver(DATA, blockMessage(image.subarray(0, BLOCK), 0, fileId));
  }
  assert.deepEqual(bench.told, ["ReceivedJob", "UpdateComplete"]);
  for (const { calls } of [dataPal, otherPal]) assert.ok(calls.includes("activate"));
});

test("wish 9: a large image may be suspended and resumed", () => {
  const size = 1200 * BLOCK;
  const large = firmware("1.1.0", size);
  const bench = new AgentBench();
  bench.agent.start();
  bench.job(jobMessage(size));
  bench.blocks(large, 0, 700);
  bench.agent.suspend();
  bench.agent.resume();
  bench.job(jobMessage(size));
  bench.blocks(large, 701);
  assert.equal(bench.agent.state, "ClosingFile");
});

test("wish 10: an image accepted without a connection is reported as accepted later", () => {
  const first = downloading();
  first.blocks(image);
  first.agent.activate();
  first.pal.imageState = "PendingCommit";
  const bench = new AgentBench({ version: "1.1.0", pal: first.pal, journal: first.journal });
  bench.mqtt.connected = false;
  bench.agent.start();
  bench.agent.setImageState("Accepted");
  bench.mqtt.connect();
  assert.ok(bench.mqtt.take().some(line => line.includes('"SUCCEEDED"')));
});
