// SPDX-License-Identifier: MIT
import { encode } from "cbor-x";
import assert from "node:assert/strict";
import { test } from "node:test";
import { DeskBench, ROLE } from "xs-ota/test/support/desk";

/*
 * Shapes and limits: AWS IoT developer guide, "MQTT-based file delivery".
 */
const image = Uint8Array.from({ length: 10_000 }, (_, i) => (i * 7) & 0xff);

function benchWithStream(bytes = image, fileId = 3): DeskBench {
  const bench = new DeskBench();
  const s3Location = { bucket: "images", key: "app.bin" };
  bench.desk.run(({ things, files, streams }) => {
    things.create({ thingName: "t1" });
    files.create("images");
    files.put("images", "app.bin", bytes);
    const stream = { streamId: "S1", description: "d", roleArn: ROLE };
    streams.create({ ...stream, files: [{ fileId, s3Location }] });
  });
  return bench;
}

test("describe gives version, description and the size of each file, in CBOR and in JSON", () => {
  const bench = benchWithStream();
  const description = { c: "ec94", s: 1, d: "d", r: [{ f: 3, z: 10_000 }] };
  assert.deepEqual(bench.ask("t1", "streams/S1/describe/json", { c: "ec94" }), [
    ["streams/S1/description/json", description],
  ]);
  assert.deepEqual(bench.ask("t1", "streams/S1/describe/cbor", encode({ c: "ec94" })), [
    ["streams/S1/description/cbor", description],
  ]);
});

test("get in CBOR gives each wanted block as a byte string", () => {
  const request = encode({ c: "rdy", f: 3, l: 4096, o: 0, b: Uint8Array.of(0b101), n: 2 });
  const block = (i: number, l: number): object => ({
    ...{ c: "rdy", f: 3, l, i },
    p: Buffer.from(image.subarray(i * 4096, i * 4096 + l)),
  });
  assert.deepEqual(benchWithStream().ask("t1", "streams/S1/get/cbor", request), [
    ["streams/S1/data/cbor", block(0, 4096)],
    ["streams/S1/data/cbor", block(2, 1808)],
  ]);
});

test("a data message in CBOR is a plain map: f, l, i, p", () => {
  const bench = benchWithStream(Uint8Array.of(1, 2, 3));
  bench.desk.handle("t1", "$aws/things/t1/streams/S1/get/cbor", encode({ f: 3, l: 256, n: 1 }));
  // By hand from RFC 8949: map(4), "f":3, "l":3, "i":0, "p":h'010203'.
  const hex = Buffer.from(bench.sent[0]?.payload ?? []).toString("hex");
  assert.equal(hex, "a4" + "616603" + "616c03" + "616900" + "617043010203");
});

test("the C library's golden request for a ten-block file brings one block", () => {
  // AWS's OTA library v3.3.0: file 0, 4096-byte blocks, ten wanted, at most one.
  const golden = "a6616363726479616600616c191000616f00616242ff03616e01";
  const bench = benchWithStream(new Uint8Array(40_000), 0);
  const blocks = bench.ask("t1", "streams/S1/get/cbor", Buffer.from(golden, "hex"));
  assert.deepEqual(
    blocks.map(([, { c, i, l }]) => [c, i, l]),
    [["rdy", 0, 4096]],
  );
});

test("the JSON bitmap 0x130080 means blocks 0, 1, 4 and 23, counted from the offset", () => {
  const bench = benchWithStream(new Uint8Array(256 * 40));
  const get = (o: number): unknown[] =>
    bench
      .ask("t1", "streams/S1/get/json", { f: 3, l: 256, o, b: "0x130080" })
      .map(([, message]) => message["i"]);
  assert.deepEqual(get(0), [0, 1, 4, 23]);
  assert.deepEqual(get(2), [2, 3, 6, 25]);
});

test("the payload of a JSON data message is Base64", () => {
  const bench = benchWithStream(Uint8Array.of(0xff, 0xfe));
  const [[, message] = []] = bench.ask("t1", "streams/S1/get/json", { f: 3, l: 256, n: 1 });
  assert.deepEqual(message, { f: 3, l: 2, i: 0, p: "//4=" });
});

test("one request brings at most 128 KB", () => {
  const bench = benchWithStream(new Uint8Array(300_000));
  const blocks = bench.ask("t1", "streams/S1/get/json", { f: 3, l: 4096, n: 98304 });
  assert.equal(blocks.length, 32);
});

const good = { f: 3, l: 256, n: 1 };
// prettier-ignore
const rejections: readonly [name: string, stream: string, request: object, code: string][] = [
  ["a block of 255 bytes",       "S1", { ...good, l: 255 },                  "BlockSizeOutOfBounds"],
  ["a block of 131,073 bytes",   "S1", { ...good, l: 131073 },               "BlockSizeOutOfBounds"],
  ["an offset of 98,305",        "S1", { ...good, o: 98305 },                "OffsetOutOfBounds"],
  ["a negative offset",          "S1", { ...good, o: -1 },                   "OffsetOutOfBounds"],
  ["an offset beyond the file",  "S1", { ...good, o: 40 },                   "OffsetOutOfBounds"],
  ["a count of 98,305",          "S1", { ...good, n: 98305 },                "BlockCountLimitExceeded"],
  ["a bitmap of 12,288 bytes",   "S1", { ...good, b: new Uint8Array(12288) }, "BlockBitmapLimitExceeded"],
  ["a bitmap that is text",      "S1", { ...good, b: "0x01" },               "InvalidRequest"],
  ["neither count nor bitmap",   "S1", { f: 3, l: 256 },                     "InvalidRequest"],
  ["no block size",              "S1", { f: 3, n: 1 },                       "InvalidRequest"],
  ["a file id of 256",           "S1", { ...good, f: 256 },                  "InvalidRequest"],
  ["a list",                     "S1", [1],                                  "InvalidRequest"],
  ["a token of 65 bytes",        "S1", { ...good, c: "x".repeat(65) },       "InvalidRequest"],
  ["a file that is not there",   "S1", { ...good, f: 4 },                    "ResourceNotFound"],
  ["a stream that is not there", "S9", good,                                 "ResourceNotFound"],
  ["another version",            "S1", { ...good, s: 2 },                    "VersionMismatch"],
];

for (const [name, stream, request, code] of rejections) {
  test(`${name} is rejected with ${code}`, () => {
    const replies = benchWithStream().ask("t1", `streams/${stream}/get/cbor`, encode(request));
    assert.deepEqual(
      replies.map(([reply, message]) => [reply, message["o"], typeof message["m"]]),
      [[`streams/${stream}/rejected/cbor`, code, "string"]],
    );
  });
}

test("bytes that are no CBOR, text that is no JSON and other topics are rejected as such", () => {
  const bench = benchWithStream();
  const code = (topic: string, payload: Uint8Array): unknown => {
    bench.sent.length = 0;
    bench.desk.handle("t1", `$aws/things/t1/streams/S1/${topic}`, payload);
    const { topic: reply = "", payload: bytes = new Uint8Array() } = bench.sent[0] ?? {};
    assert.match(reply, /^\$aws\/things\/t1\/streams\/S1\/rejected\//);
    return /Invalid(Cbor|Json|Topic)/.exec(Buffer.from(bytes).toString("latin1"))?.[0];
  };
  assert.equal(code("get/cbor", Uint8Array.of(0xa6, 0x61)), "InvalidCbor");
  assert.equal(code("get/json", Uint8Array.of(0x7b)), "InvalidJson");
  assert.equal(code("erase/json", Buffer.from("{}")), "InvalidTopic");
  assert.equal(code("get/xml", Buffer.from("{}")), "InvalidTopic");
});

test("a format that is a name which objects inherit is an InvalidTopic, told in JSON", () => {
  for (const format of ["constructor", "toString", "__proto__"]) {
    const replies = benchWithStream().ask("t1", `streams/S1/get/${format}`, good);
    assert.deepEqual(
      replies.map(([topic, message]) => [topic, message["o"]]),
      [[`streams/S1/rejected/${format}`, "InvalidTopic"]],
    );
  }
});

test("a rejection echoes the token", () => {
  const [[, reply] = []] = benchWithStream().ask("t1", "streams/S1/get/json", { c: "a", f: 3 });
  assert.deepEqual([reply?.["o"], reply?.["c"]], ["InvalidRequest", "a"]);
});

test("a file that changed after the stream was made is an ETagMismatch", () => {
  const bench = benchWithStream();
  bench.desk.files.put("images", "app.bin", Uint8Array.of(1));
  const [[, reply] = []] = bench.ask("t1", "streams/S1/get/json", good);
  assert.equal(reply?.["o"], "ETagMismatch");
});

test("a thing that is not registered is Unauthorized", () => {
  const [[, reply] = []] = benchWithStream().ask("t9", "streams/S1/get/json", good);
  assert.equal(reply?.["o"], "Unauthorized");
});
