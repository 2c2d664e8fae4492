// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MemoryOptions } from "xs-ota/download/memory";
import { AgentBench, BLOCK, firmware, jobMessage } from "xs-ota/test/support/agent-bench";
import { MemoryJournal, MemoryPal } from "xs-ota/test/support/memory-pal";

/*
 * The application's memory, buffer by buffer: it is used first, an allocator only where it does not suffice, and an error names
 * what does not.
 */

const SIZE = 9 * BLOCK;
const image = firmware("1.1.0", SIZE);
const file = { update_data_url: "https://u/\u00e9", auth_scheme: "aws.s3.presigned" };
const texts = Object.freeze({
  updateFilePath: 1,
  certFilePath: 1,
  streamName: 2,
  url: 12,
  authScheme: 16,
});

/** Room for all that a job over HTTP, and one over MQTT, needs. */
const enough = (): Required<Omit<MemoryOptions, "allocate">> => ({
  block: new Uint8Array(BLOCK),
  bitmap: new Uint8Array(2),
  request: new Uint8Array(176),
  texts,
});

/** An agent with this memory that has been given a job. */
function given(memory: MemoryOptions, protocols = ["MQTT", "HTTP"]): AgentBench {
  const bench = new AgentBench({ memory });
  bench.agent.start();
  bench.job(jobMessage(SIZE, { protocols, file }));
  return bench;
}

test("the application's buffers are used for what the agent keeps", () => {
  const memory = enough();
  const bench = given(memory);
  assert.deepEqual([...memory.bitmap], [0xff, 0b1], "nine blocks wanted");
  assert.ok(memory.request.some(byte => byte !== 0));
  bench.blocks(image);
  assert.equal(bench.agent.state, "ClosingFile");

  const overHttp = given(memory, ["HTTP"]);
  overHttp.http.serve(image);
  assert.deepEqual(memory.block, image.subarray(0, BLOCK));
});

// prettier-ignore
const short: readonly (readonly [MemoryOptions, string])[] = [
  [{ block: new Uint8Array(4095) },        "memory.block has 4095 bytes, 4096 are needed"],
  [{ bitmap: new Uint8Array(1) },          "memory.bitmap has 1 bytes, 2 are needed"],
  [{ request: new Uint8Array(175) },       "memory.request has 175 bytes, 176 are needed"],
  [{ texts: { updateFilePath: 0 } },       "memory.texts.updateFilePath has 0 bytes, 1 are needed"],
  [{ texts: { certFilePath: 0 } },         "memory.texts.certFilePath has 0 bytes, 1 are needed"],
  [{ texts: { streamName: 1 } },           "memory.texts.streamName has 1 bytes, 2 are needed"],
  [{ texts: { url: 11 } },                 "memory.texts.url has 11 bytes, 12 are needed"],
  [{ texts: { authScheme: 15 } },          "memory.texts.authScheme has 15 bytes, 16 are needed"],
];

for (const [memory, message] of short) {
  test(`a job that needs more is told: ${message}`, () => {
    const bench = given({ ...enough(), ...memory });
    const status = bench.mqtt.take().at(-1) ?? "";
    assert.ok(
      status.includes(`"FAILED"`) && status.includes(`memory-exhausted: ${message}`),
      status,
    );
  });

  test(`with an allocator it does not matter that ${message}`, () => {
    const allocate = (length: number): Uint8Array => new Uint8Array(length);
    const bench = given({ ...enough(), ...memory, allocate });
    bench.blocks(image);
    assert.equal(bench.agent.state, "ClosingFile");
  });
}

test("the allocator is asked only for what no buffer holds", () => {
  const asked: number[] = [];
  const allocate = (length: number): Uint8Array => {
    asked.push(length);
    return new Uint8Array(length);
  };
  given({ ...enough(), allocate });
  assert.deepEqual(asked, [], "the buffers suffice");
  given({ ...enough(), bitmap: new Uint8Array(1), allocate });
  assert.deepEqual(asked, [2], "the bitmap of nine blocks");
});

test("an allocator that has nothing to give is as none", () => {
  const bench = given({ allocate: () => new Uint8Array(0) });
  assert.match(bench.mqtt.take().at(-1) ?? "", /memory-exhausted: memory\.\w+ has 0 bytes/);
});

test("a fresh URL that is too long ends the job, and says so", () => {
  const bench = given({ ...enough(), texts: { url: 12 } });
  const longer = { ...file, update_data_url: "https://u/longer" };
  bench.job(jobMessage(SIZE, { protocols: ["MQTT", "HTTP"], file: longer }));
  assert.match(
    bench.mqtt.take().find(line => line.includes("FAILED")) ?? "",
    /memory\.texts\.url has 12 bytes, 16 are needed/,
  );
});

/** Sizes of the job's files, and log2 of the blocks: more blocks than the journal can keep count of. */
// prettier-ignore
const uncounted: readonly (readonly [what: string, sizes: readonly number[], log2FileBlockSize: number])[] = [
  ["a file of 4 GB",                         [4_000_000_000],        12],
  ["a file of 2^32 - 1 bytes in small blocks", [0xffff_ffff],         8],
  ["a second file of 4 GB",                  [SIZE, 4_000_000_000],  12],
];

for (const [what, sizes, log2FileBlockSize] of uncounted) {
  test(`${what} is refused before memory is asked for and the journal is written`, () => {
    const asked: number[] = [];
    const written: number[] = [];
    const journal = new MemoryJournal();
    journal.save = record => {
      if (record.length > 0) written.push(record.length);
    };
    const allocate = (length: number): Uint8Array => {
      asked.push(length);
      return new Uint8Array(length);
    };
    const memory = { request: new Uint8Array(176), block: new Uint8Array(BLOCK), allocate };
    const filePals = { 1: new MemoryPal() };
    const bench = new AgentBench({ memory, journal, filePals, config: { log2FileBlockSize } });
    bench.agent.start();
    const files = sizes.map((filesize, fileType) => ({
      filesize,
      fileid: fileType,
      fileType,
      "sig-sha256-ecdsa": "MEUC",
    }));
    const jobDocument = { afr_ota: { protocols: ["MQTT"], streamname: "S1", files } };
    bench.job({ execution: { jobId: "AFR_OTA-j", jobDocument } });
    const status = bench.mqtt.take().at(-1) ?? "";
    assert.match(status, /"REJECTED".*image-too-large: \d+ bytes are more blocks than the journal/);
    assert.deepEqual([asked, written], [[], []]);
  });
}

test("a file of as many blocks as the journal can keep count of is received, one more is refused", () => {
  const most = (4096 - 66 - "AFR_OTA-j".length) * 8 * 256;
  for (const [size, isTaken] of [
    [most, true],
    [most + 1, false],
  ] as const) {
    const pal = new MemoryPal();
    pal.createFile = () => undefined; // a board has no memory for 8 MB
    const bench = new AgentBench({ pal, config: { log2FileBlockSize: 8 } });
    bench.agent.start();
    bench.job(jobMessage(size));
    assert.equal(bench.agent.state === "WaitingForFileBlock", isTaken, String(size));
  }
});
