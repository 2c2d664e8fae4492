// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { OtaError } from "xs-ota/pal/error";
import { AgentBench, BLOCK, firmware, jobMessage } from "xs-ota/test/support/agent-bench";
import { MemoryPal } from "xs-ota/test/support/memory-pal";

const SIZE = 10 * BLOCK - 100;
const image = firmware("1.1.0", SIZE);
const other = image.map((byte, index) => (index < BLOCK ? byte : byte ^ 0xff));
const invalid = new OtaError("signature-invalid", "on purpose");

const httpJob = jobMessage(SIZE, { protocols: ["HTTP"], file: { update_data_url: "https://u" } });

/** An agent that takes a job, on the flash and with the journal of `before`, as after a reset. */
function start(job: object, before?: AgentBench): AgentBench {
  const { pal, journal } = before ?? {};
  const bench = new AgentBench({
    config: { journalFrequency: 1 },
    ...(pal && journal ? { pal, journal } : {}),
  });
  bench.agent.start();
  bench.job(job);
  return bench;
}

/** A reset after the first four blocks had come by HTTP. */
function afterFourBlocks(etag?: string): AgentBench {
  const first = start(httpJob);
  first.http.serve(image, BLOCK, etag);
  const headers = { "content-range": `bytes ${BLOCK}-${SIZE - 1}/${SIZE}`, etag: etag ?? '"1"' };
  const body = [1, 2, 3].map(block => image.subarray(block * BLOCK, (block + 1) * BLOCK));
  first.http.answer({ status: 206, headers, body, error: "reset" });
  return start(httpJob, first);
}

/** Serves requests, letting time pass between them, until there are none. @returns how many. */
function serveAll(bench: AgentBench, serve: () => void): number {
  let served = 0;
  for (; bench.http.isBusy && served < 50; served++) {
    const before = bench.http.asked.length;
    serve();
    if (bench.http.asked.length === before) bench.clock.advance(10_000);
  }
  return served;
}

const asked = ({ http }: AgentBench): readonly string[] =>
  http.asked.map(request => request.replace(/.*bytes=/, ""));

test("after a reset the rest of the same file is asked for, and no more", () => {
  const bench = afterFourBlocks();
  serveAll(bench, () => bench.http.serve(image));
  assert.ok(
    asked(bench).every(range => Number.parseInt(range) >= 4 * BLOCK),
    asked(bench).join(),
  );
  assert.deepEqual(bench.pal.bytes, image);
  assert.equal(bench.agent.state, "ClosingFile");
});

test("a file that is another one after a reset starts clean", () => {
  const bench = afterFourBlocks();
  serveAll(bench, () => bench.http.serve(other, 1000, '"2"'));
  assert.deepEqual(bench.pal.bytes, other);
  assert.equal(bench.agent.state, "ClosingFile");
});

test("a file that changes while it is received starts clean", () => {
  const bench = start(httpJob);
  bench.http.serve(image, 1000);
  serveAll(bench, () => bench.http.serve(other, 1000, '"2"'));
  assert.deepEqual(bench.pal.bytes, other);
  assert.equal(bench.agent.state, "ClosingFile");
});

test("an entity tag that is long is compared by what is kept of it", () => {
  const etag = `"${"x".repeat(400)}"`;
  const bench = afterFourBlocks(etag);
  serveAll(bench, () => bench.http.serve(image, 1000, etag));
  assert.ok(!asked(bench).includes(`0-${BLOCK - 1}`));
  assert.equal(bench.agent.state, "ClosingFile");
});

test("a server without entity tags is gone on with", () => {
  const bench = afterFourBlocks();
  const rest = { "content-range": `bytes ${4 * BLOCK}-${5 * BLOCK - 1}/${SIZE}` };
  bench.http.answer({ status: 206, headers: rest, body: [image.subarray(4 * BLOCK, 5 * BLOCK)] });
  assert.equal(asked(bench).at(-1)?.split("-")[0], String(5 * BLOCK));
});

test("a file that is another one each time ends the job, and says why", () => {
  const bench = start(httpJob);
  let version = 0;
  const served = serveAll(bench, () => bench.http.serve(image, 1000, `"${version++}"`));
  assert.ok(served < 12, String(served));
  const status = bench.mqtt.take().find(line => line.includes('"FAILED"')) ?? "";
  assert.match(status, /file-changed: the file behind the URL has changed/);
});

test("a file that was gone on with after a reset, and is not what was signed, starts clean once", () => {
  const first = start(jobMessage(SIZE));
  first.blocks(other, 0, 4);
  const bench = start(jobMessage(SIZE), first);
  bench.pal.failures.set("closeFile", invalid);
  bench.blocks(image, 5);
  assert.equal(bench.agent.state, "WaitingForFileBlock");
  bench.blocks(image);
  assert.equal(bench.agent.state, "ClosingFile");
  assert.deepEqual(bench.pal.bytes, image);
});

test("after a clean start a wrong signature is final", () => {
  const first = start(jobMessage(SIZE));
  first.blocks(image, 0, 4);
  const bench = start(jobMessage(SIZE), first);
  for (const firstBlock of [5, 0]) {
    bench.pal.failures.set("closeFile", invalid);
    bench.blocks(image, firstBlock);
  }
  assert.deepEqual(bench.told, ["ReceivedJob", "Fail"]);
});

test("a wrong signature of a file that came in one go is final at once", () => {
  const bench = start(jobMessage(SIZE));
  bench.pal.failures.set("closeFile", invalid);
  bench.blocks(image);
  assert.deepEqual(bench.told, ["ReceivedJob", "Fail"]);
});

const data = new Uint8Array(2 * BLOCK).fill(9);
const twoFiles = jobMessage(SIZE, { protocols: ["HTTP"] }) as {
  execution: { jobDocument: { afr_ota: { files: object[] } } };
};
twoFiles.execution.jobDocument.afr_ota.files = [
  { filesize: data.length, fileType: 3, update_data_url: "https://data" },
  { filesize: SIZE, fileType: 0, update_data_url: "https://image" },
].map((file, fileid) => ({ ...file, fileid, certfile: "c", "sig-sha256-ecdsa": "MEUC" }));

test("of several files only the one that changed starts clean, and the others are verified again", () => {
  const dataPal = new MemoryPal();
  const filePals = { 3: dataPal };
  const begin = (before?: AgentBench): AgentBench => {
    const { pal, journal } = before ?? {};
    const kept = pal && journal ? { pal, journal } : {};
    const bench = new AgentBench({ config: { journalFrequency: 1 }, filePals, ...kept });
    bench.agent.start();
    bench.job(twoFiles);
    return bench;
  };
  const first = begin();
  for (let request = 0; request < 2; request++) first.http.serve(data);
  first.http.serve(image, 1000, '"i"');
  const written = dataPal.calls.filter(call => call.startsWith("writeBlock")).length;

  const bench = begin(first);
  serveAll(bench, () => bench.http.serve(other, 1000, '"j"'));
  assert.equal(bench.agent.state, "ClosingFile");
  assert.deepEqual(bench.pal.bytes, other);
  assert.deepEqual(dataPal.bytes, data);
  assert.equal(dataPal.calls.filter(call => call.startsWith("writeBlock")).length, written);
  assert.equal(dataPal.calls.filter(call => call === "closeFile").length, 2);
  assert.ok(bench.http.asked.every(request => request.startsWith("https://image")));
});
