// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonStreams } from "xs-ota/download/json-streams";
import { formatJson } from "xs-ota/job/json";
import { encodeUtf8, decodeUtf8 } from "xs-ota/job/utf8";

// Keys and forms of the examples in the AWS IoT developer guide, "Using MQTT-based file delivery in devices".

const message = (value: unknown): Uint8Array => encodeUtf8(formatJson(value));
const payload = Uint8Array.of(0xaa, 0xbb, 0xcc);
const block = { c: "ec944cfb-1e3c-49ac-97de-9dc4aaad0039", f: 7, l: 3, i: 2, p: "qrvM" };

// The guide's bitmap: 0x130080 means the blocks 0, 1, 4 and 23.
test("the bitmap of a JSON request is hexadecimal text, the first byte first", () => {
  const bitmap = Uint8Array.of(0x13, 0x00, 0x80);
  const get = { fileId: 0, blockSize: 4096, blockOffset: 8, bitmap, blockCount: 4 };
  const expected = '{"c":"rdy","f":0,"l":4096,"o":8,"b":"0x130080","n":4}';
  assert.equal(decodeUtf8(jsonStreams.formatGet(get)), expected);
});

test("a JSON block is read, its payload from base64", () => {
  const expected = { fileId: 7, blockIndex: 2, blockSize: 3, bytes: payload };
  assert.deepEqual(jsonStreams.readBlock(message(block)), expected);
});

test("a JSON block may lack its size", () => {
  const without = message({ ...block, l: undefined });
  assert.equal(jsonStreams.readBlock(without).blockSize, undefined);
});

test("a JSON refusal is read in the new form and in the old one", () => {
  const expected = { code: "ResourceNotFound", message: "no stream" };
  const { o, m } = { o: "ResourceNotFound", m: "no stream" };
  assert.deepEqual(jsonStreams.readRejection(message({ o, m, c: "rdy" })), expected);
  assert.deepEqual(jsonStreams.readRejection(message({ code: o, message: m })), expected);
  assert.deepEqual(jsonStreams.readRejection(message({})), { code: "unknown", message: "" });
});

// prettier-ignore
const malformed: readonly (readonly [why: string, bytes: Uint8Array])[] = [
  ["text that is not JSON",     encodeUtf8('{"f":0,')],
  ["bytes that are not UTF-8",  Uint8Array.of(0x7b, 0xff, 0x7d)],
  ["a list",                    message([block])],
  ["null",                      message(null)],
  ["no payload",                message({ ...block, p: undefined })],
  ["a payload that is a number", message({ ...block, p: 7 })],
  ["a payload not in base64",   message({ ...block, p: "a-b_" })],
  ["no file",                   message({ ...block, f: undefined })],
  ["a file that is text",       message({ ...block, f: "7" })],
  ["a negative block",          message({ ...block, i: -1 })],
  ["half a block",              message({ ...block, i: 0.5 })],
  ["a block beyond 32 bits",    message({ ...block, i: 2 ** 32 })],
  ["a size that is no number",  message({ ...block, l: {} })],
  ["nesting without an end",    encodeUtf8("[".repeat(1000))],
];

for (const [why, bytes] of malformed) {
  test(`${why} in place of a JSON block is a fault, and no more`, () => {
    assert.throws(() => jsonStreams.readBlock(bytes), { code: "block-malformed" });
  });
}

test("a JSON message longer than the largest block is not even parsed", () => {
  const long = new Uint8Array(180_000).fill(0x41); // A
  long.set(encodeUtf8('{"f":0,"l":4096,"i":0,"p":"'));
  long.set(encodeUtf8('"}'), long.length - 2);
  assert.throws(() => jsonStreams.readBlock(long), {
    code: "block-malformed",
    message: /more than/,
  });
});
