// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { OtaError } from "xs-ota/pal/error";
import { MemoryPal } from "xs-ota/test/support/memory-pal";
import {
  AgentBench,
  BLOCK,
  blockMessage,
  DATA,
  firmware,
  jobMessage,
  JOBS,
  askedBench,
} from "xs-ota/test/support/agent-bench";

const TEN = 10 * BLOCK - 100;
const image = firmware("1.1.0", TEN);
const update = `${JOBS}/AFR_OTA-j/update`;

/** A bench whose agent has a verified image and waits for its activation. */
function verified(): AgentBench {
  const bench = askedBench();
  bench.job(jobMessage(TEN));
  bench.blocks(image);
  return bench;
}

test("a start listens for jobs and asks for one, as the C library does", () => {
  const bench = askedBench();
  assert.deepEqual(bench.mqtt.take(), [
    `SUB q1 ${JOBS}/notify-next`,
    `PUB q1 ${JOBS}/$next/get {"clientToken":"0:T1"}`,
  ]);
  assert.equal(bench.agent.state, "WaitingForJob");
});

test("the first request for blocks is that of the golden transcript, and its refusal is listened for too", () => {
  const bench = askedBench();
  bench.mqtt.take();
  bench.job(jobMessage(TEN));
  assert.deepEqual(bench.mqtt.take(), [
    "SUB q0 $aws/things/T1/streams/S1/data/cbor",
    "SUB q0 $aws/things/T1/streams/S1/rejected/cbor",
    "PUB q0 $aws/things/T1/streams/S1/get/cbor a6616363726479616600616c191000616f00616242ff03616e01",
  ]);
});

test("an update is stored, verified, offered for activation, and reported ready", () => {
  const bench = verified();
  assert.deepEqual(bench.pal.bytes, image);
  assert.deepEqual(bench.told, ["ReceivedJob", "Activate"]);
  assert.equal(bench.pal.calls.at(-1), "closeFile");
  assert.equal(
    bench.mqtt.take().at(-1),
    `PUB q1 ${update} {"status":"IN_PROGRESS","statusDetails":{"self_test":"ready","updatedBy":"0x01000000"}}`,
  );
  assert.deepEqual(bench.agent.statistics, {
    otaPacketsReceived: 10,
    otaPacketsQueued: 10,
    otaPacketsProcessed: 10,
    otaPacketsDropped: 0,
  });
});

test("the boot flag is set only when the application activates the image", () => {
  const bench = verified();
  assert.ok(!bench.pal.calls.includes("activate"));
  bench.agent.activate();
  assert.deepEqual(bench.pal.calls.slice(-2), ["activate", "reset"]);
});

test("activation without a verified image is refused", () => {
  const bench = askedBench();
  assert.throws(() => bench.agent.activate(), { code: "state-invalid" });
});

test("blocks may come in any order, twice, and damaged", () => {
  const bench = askedBench();
  bench.job(jobMessage(TEN));
  bench.blocks(image, 0, 0);
  const damaged = blockMessage(image, 1).subarray(0, 100);
  for (const message of [damaged, blockMessage(image, 1, 7), Uint8Array.of(0xff)]) {
    bench.mqtt.deliver(DATA, message);
  }
  for (const index of [2, 1, 2, 4, 3, 9, 5, 5, 8, 6, 7]) {
    bench.mqtt.deliver(DATA, blockMessage(image, index));
  }
  assert.deepEqual(bench.pal.bytes, image);
  assert.equal(bench.agent.state, "ClosingFile");
  assert.equal(bench.agent.statistics.otaPacketsProcessed, 10);
  assert.equal(bench.agent.statistics.otaPacketsDropped, 5);
});

test("the window opens as blocks come, and closes when they do not", () => {
  const bench = askedBench({ config: { maxNumBlocksRequest: 8 } });
  const size = 24 * BLOCK;
  const begun = firmware("1.1.0", 15 * BLOCK);
  const counts = (): readonly number[] =>
    bench.mqtt
      .take()
      .filter(line => line.includes("/get/cbor"))
      .map(line => parseInt(line.slice(-2), 16));
  bench.job(jobMessage(size));
  bench.blocks(begun, 0, 0);
  bench.blocks(begun, 1, 2);
  bench.blocks(begun, 3, 6);
  bench.blocks(begun, 7, 14);
  assert.deepEqual(counts(), [1, 2, 4, 8, 8]);
  bench.clock.advance(20_000);
  assert.deepEqual(counts().slice(0, 1), [4]);
});

test("an image of the same or of an older version is refused by its first block", () => {
  for (const [version, code] of [
    ["1.0.0", "version-same"],
    ["0.9.9", "version-older"],
  ] as const) {
    const bench = askedBench();
    bench.job(jobMessage(TEN));
    bench.mqtt.take();
    bench.blocks(firmware(version, TEN), 0, 0);
    const [status = ""] = bench.mqtt.take();
    assert.ok(status.includes('"status":"REJECTED"') && status.includes(code), status);
    assert.ok(!bench.pal.calls.some(call => call.startsWith("writeBlock")));
  }
});

test("an older version is taken when the configuration allows it", () => {
  const bench = askedBench({ config: { allowDowngrade: true } });
  bench.job(jobMessage(TEN));
  bench.blocks(firmware("0.9.9", TEN));
  assert.equal(bench.agent.state, "ClosingFile");
});

test("a wrong signature ends the job as rejected, and the file is given up", () => {
  const bench = askedBench();
  bench.pal.failures.set("closeFile", new OtaError("signature-invalid", "no match"));
  bench.job(jobMessage(TEN));
  bench.blocks(image);
  assert.ok(bench.pal.calls.includes("abort"));
  assert.equal(
    bench.mqtt.take().at(-1),
    `PUB q1 ${update} {"status":"REJECTED","statusDetails":{"reason":"0x000000e3: 0x00000000","detail":"signature-invalid: no match"}}`,
  );
  assert.deepEqual(bench.told, ["ReceivedJob", "Fail"]);
});

test("a block that comes too late is counted as dropped", () => {
  const bench = verified();
  bench.mqtt.deliver(DATA, blockMessage(image, 9));
  bench.mqtt.deliver(DATA.replace("S1", "S2"), blockMessage(image, 9));
  const { otaPacketsReceived, otaPacketsProcessed, otaPacketsDropped } = bench.agent.statistics;
  assert.deepEqual([otaPacketsReceived, otaPacketsProcessed, otaPacketsDropped], [12, 10, 2]);
});

test("a start of a running agent only resets the statistics", () => {
  const bench = askedBench();
  bench.job(jobMessage(TEN));
  bench.blocks(image, 0, 1);
  bench.mqtt.take();
  bench.agent.start();
  assert.equal(bench.agent.statistics.otaPacketsReceived, 0);
  assert.equal(bench.agent.state, "WaitingForFileBlock");
  assert.deepEqual(bench.mqtt.take(), []);
});

test("a file that is not firmware is complete when it is verified", () => {
  const bench = askedBench({ filePals: { 3: new MemoryPal() } });
  bench.job(jobMessage(TEN, { file: { fileType: 3 } }));
  bench.blocks(new Uint8Array(TEN).fill(7));
  assert.deepEqual(bench.told, ["ReceivedJob", "UpdateComplete"]);
  assert.equal(
    bench.mqtt.take().at(-1),
    `PUB q1 ${update} {"status":"SUCCEEDED","statusDetails":{"reason":"accepted  v0.0.3","updatedBy":"  v0.0.0"}}`,
  );
});
