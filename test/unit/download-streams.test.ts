// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { CborWriter } from "xs-ota/download/cbor";
import { readStreamBlock, readStreamRejection, writeGetStream } from "xs-ota/download/streams";
import { bytesOf, hexOf } from "../support/hex.js";

test("a request is that of v3.3.0, byte for byte", () => {
  const writer = new CborWriter(new Uint8Array(64));
  const bitmap = Uint8Array.of(0xff, 0x03);
  writer.text("left from before");
  writeGetStream(writer, { fileId: 0, blockSize: 4096, blockOffset: 0, bitmap, blockCount: 1 });
  const golden = "a6616363726479616600616c191000616f00616242ff03616e01";
  assert.equal(hexOf(writer.bytes), golden);
});

test("a request carries file, size, offset, bitmap and count", () => {
  const writer = new CborWriter(new Uint8Array(64));
  const bitmap = Uint8Array.of(0x80);
  writeGetStream(writer, {
    fileId: 255,
    blockSize: 256,
    blockOffset: 98304,
    bitmap,
    blockCount: 512,
  });
  const keys = [
    "6163 63726479",
    "6166 18ff",
    "616c 190100",
    "616f 1a00018000",
    "6162 4180",
    "616e 190200",
  ];
  assert.equal(hexOf(writer.bytes), `a6${keys.join("").replace(/ /g, "")}`);
});

const f = "616607";
const i = "616902";
const l = "616c03";
const p = "617043aabbcc";
const block = (...entries: string[]): Uint8Array =>
  bytesOf((0xa0 + entries.length).toString(16) + entries.join(""));
const payload = Uint8Array.of(0xaa, 0xbb, 0xcc);

test("a block is read", () => {
  const expected = { fileId: 7, blockIndex: 2, blockSize: 3, bytes: payload };
  assert.deepEqual(readStreamBlock(block(f, i, l, p)), expected);
});

test("the keys of a block may come in any order, among others, and in an indefinite map", () => {
  const expected = { fileId: 7, blockIndex: 2, blockSize: 3, bytes: payload };
  const other = "6178a1617a8301f6fb3ff199999999999a";
  assert.deepEqual(readStreamBlock(block(p, l, other, i, f)), expected);
  assert.deepEqual(readStreamBlock(bytesOf(`bf${p}${l}${other}${i}${f}ff`)), expected);
});

test("a block may lack its size", () => {
  assert.equal(readStreamBlock(block(f, i, p)).blockSize, undefined);
});

test("a key that comes twice counts with its last value", () => {
  assert.equal(readStreamBlock(block(f, i, p, "616909")).blockIndex, 9);
});

test("a block of no bytes is read", () => {
  assert.equal(readStreamBlock(block(f, i, "617040")).bytes.length, 0);
});

for (const [key, entries] of [
  ["f", [i, l, p]],
  ["i", [f, l, p]],
  ["p", [f, i, l]],
] as const) {
  test(`a block without ${key} is refused`, () => {
    assert.throws(() => readStreamBlock(block(...entries)), {
      code: "block-malformed",
      message: "a block lacks one of f, i and p",
    });
  });
}

test("a value of the wrong kind is refused", () => {
  const wrong = ["616620", "6169f6", "61696131", "616cfb3ff199999999999a", "61706161"];
  for (const entry of wrong) {
    assert.throws(() => readStreamBlock(block(f, i, p, entry)), { code: "block-malformed" }, entry);
  }
});

test("a block cut short anywhere is refused", () => {
  const whole = block(f, i, l, p);
  for (let length = 0; length < whole.length; length++) {
    const cut = whole.subarray(0, length);
    assert.throws(() => readStreamBlock(cut), { code: "block-malformed" }, `${length} bytes`);
  }
});

const rejections: readonly (readonly [form: string, hex: string])[] = [
  ["new", "a2616f65436f646531616d6457686f61"],
  ["old", "a264636f646565436f646531676d6573736167656457686f61"],
];

for (const [form, hex] of rejections) {
  test(`a rejection is read in its ${form} form`, () => {
    assert.deepEqual(readStreamRejection(bytesOf(hex)), { code: "Code1", message: "Whoa" });
  });
}

test("a rejection that says nothing is unknown", () => {
  assert.deepEqual(readStreamRejection(bytesOf("a1616301")), { code: "unknown", message: "" });
});

test("a rejection that is not CBOR is refused", () => {
  assert.throws(() => readStreamRejection(bytesOf("7b22")), { code: "block-malformed" });
});
