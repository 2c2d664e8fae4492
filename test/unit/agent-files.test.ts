// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseProgress } from "xs-ota/agent/progress";
import { OtaError } from "xs-ota/pal/error";
import {
  AgentBench,
  BLOCK,
  blockMessage,
  DATA,
  firmware,
  JOBS,
} from "xs-ota/test/support/agent-bench";
import { MemoryJournal, MemoryPal } from "xs-ota/test/support/memory-pal";

const image = firmware("1.1.0", 2 * BLOCK);
const data = new Uint8Array(BLOCK + 10).fill(9);

const file = (fileid: number, fileType: number, bytes: Uint8Array): object => ({
  filesize: bytes.length,
  fileid,
  fileType,
  certfile: "c",
  "sig-sha256-ecdsa": "MEUC",
});

/** A job of firmware (file 0) and data (file 1, type 3), or of what is given. */
function job(files = [file(0, 0, image), file(1, 3, data)]): object {
  const afr_ota = { protocols: ["MQTT"], streamname: "S1", files };
  return { execution: { jobId: "AFR_OTA-j", jobDocument: { afr_ota } } };
}

function begun(pals: { journal?: MemoryJournal; pal?: MemoryPal; dataPal?: MemoryPal } = {}): {
  bench: AgentBench;
  dataPal: MemoryPal;
} {
  const { dataPal = new MemoryPal(), ...rest } = pals;
  const bench = new AgentBench({ ...rest, filePals: { 3: dataPal } });
  bench.agent.start();
  bench.job(job());
  return { bench, dataPal };
}

/** Delivers the blocks of file 1. */
function deliverData(bench: AgentBench): void {
  for (const index of [0, 1]) bench.mqtt.deliver(DATA, blockMessage(data, index, 1));
}

test("all files are received before the firmware is offered for activation", () => {
  const { bench, dataPal } = begun();
  bench.blocks(image);
  assert.deepEqual(bench.told, ["ReceivedJob"]);
  assert.ok(!dataPal.calls.includes("closeFile"));
  deliverData(bench);
  assert.deepEqual(bench.told, ["ReceivedJob", "Activate"]);
  assert.deepEqual(dataPal.bytes, data);
});

test("the record that goes on to the next file needs no bitmap of it", () => {
  const journal = new MemoryJournal();
  const counts: number[] = [];
  journal.save = record => {
    MemoryJournal.prototype.save.call(journal, record);
    counts.push(parseProgress(record)?.bitmap.length ?? -1);
  };
  const { bench } = begun({ journal });
  bench.blocks(image);
  assert.deepEqual(counts, [1, 0, 1]);
});

test("what came with the firmware is activated with it, and accepted with it", () => {
  const { bench, dataPal } = begun();
  bench.blocks(image);
  deliverData(bench);
  assert.ok(!dataPal.calls.includes("activate"));
  bench.agent.activate();
  assert.equal(dataPal.calls.at(-1), "activate");
  assert.deepEqual(bench.pal.calls.slice(-2), ["activate", "reset"]);

  bench.pal.imageState = "PendingCommit";
  bench.pal.ids.running.set(bench.pal.ids.spare);
  const { pal, journal } = bench;
  const next = new AgentBench({ version: "1.1.0", pal, journal, filePals: { 3: dataPal } });
  next.agent.start();
  next.agent.setImageState("Accepted");
  assert.equal(dataPal.calls.at(-1), "setPlatformImageState Accepted");
});

test("what came with firmware that is reverted is rejected with it", () => {
  const { bench, dataPal } = begun();
  bench.blocks(image);
  deliverData(bench);
  bench.agent.activate();
  begun({ journal: bench.journal, pal: bench.pal, dataPal });
  assert.ok(dataPal.calls.includes("setPlatformImageState Rejected"));
});

test("a file that fails takes the whole job with it", () => {
  const { bench, dataPal } = begun();
  dataPal.failures.set("closeFile", new OtaError("signature-invalid", "no match"));
  bench.blocks(image);
  deliverData(bench);
  assert.deepEqual(bench.told, ["ReceivedJob", "Fail"]);
  assert.ok(!bench.pal.calls.includes("activate") && !dataPal.calls.includes("activate"));
  assert.ok(bench.mqtt.take().some(line => line.includes('"REJECTED"')));
});

test("a reset between two files goes on with the second, after the first is verified again", () => {
  const { bench, dataPal } = begun();
  bench.blocks(image);
  bench.mqtt.deliver(DATA, blockMessage(data, 0, 1));
  const { pal, journal } = bench;
  pal.calls.length = 0;
  const { bench: next } = begun({ pal, journal, dataPal });
  assert.deepEqual(pal.calls, ["createFile 8192", "closeFile"]);
  next.mqtt.take();
  deliverData(next);
  assert.deepEqual(next.told, ["ReceivedJob", "Activate"]);
});

test("a first file that is not what it was after a reset is received again", () => {
  const { bench, dataPal } = begun();
  bench.blocks(image);
  const { pal, journal } = bench;
  pal.failures.set("closeFile", new OtaError("signature-invalid", "a bit has flipped"));
  const { bench: next } = begun({ pal, journal, dataPal });
  next.blocks(image);
  deliverData(next);
  assert.deepEqual(next.told, ["ReceivedJob", "Activate"]);
});

test("a job of data alone takes effect without a restart", () => {
  const dataPal = new MemoryPal();
  const bench = new AgentBench({ filePals: { 3: dataPal } });
  bench.agent.start();
  bench.job(job([file(1, 3, data)]));
  deliverData(bench);
  assert.deepEqual(dataPal.calls.slice(-2), ["activate", "setPlatformImageState Accepted"]);
  assert.deepEqual(bench.told, ["ReceivedJob", "UpdateComplete"]);
  bench.reply(true);
  bench.reply(true);
  assert.equal(bench.journal.load(), undefined);
});

test("data whose acceptance was cut off is accepted and reported after the reset", () => {
  const dataPal = new MemoryPal();
  const bench = new AgentBench({ filePals: { 3: dataPal } });
  bench.agent.start();
  bench.job(job([file(1, 3, data)]));
  deliverData(bench);
  const next = new AgentBench({ journal: bench.journal, filePals: { 3: dataPal } });
  next.agent.start();
  assert.equal(dataPal.calls.at(-1), "setPlatformImageState Accepted");
  assert.match(next.mqtt.take()[0] ?? "", /"SUCCEEDED".*accepted {2}v0\.0\.3/);
});

test("a file type that the device has no place for is refused by name", () => {
  const bench = new AgentBench();
  bench.agent.start();
  bench.job(job());
  const status = bench.mqtt.take().find(line => line.startsWith(`PUB q1 ${JOBS}/AFR_OTA-j/update`));
  assert.match(
    status ?? "",
    /"REJECTED".*file-type-unsupported: this device takes no file of type 3/,
  );
});

test("two files for one place are refused", () => {
  const bench = new AgentBench();
  bench.agent.start();
  bench.job(job([file(0, 0, image), file(1, 0, image)]));
  assert.match(
    bench.mqtt.take().at(-1) ?? "",
    /"REJECTED".*two files go to one place, the second of type 0/,
  );
});
