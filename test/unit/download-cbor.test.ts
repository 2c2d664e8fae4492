// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { CborReader, CborWriter } from "xs-ota/download/cbor";
import { bytesOf, hexOf } from "../support/hex.js";

const written = (write: (writer: CborWriter) => void): string => {
  const writer = new CborWriter(new Uint8Array(64));
  write(writer);
  return hexOf(writer.bytes);
};

/** Source: RFC 8949 appendix A. */
const numbers: readonly (readonly [number: number, hex: string])[] = [
  [0, "00"],
  [1, "01"],
  [10, "0a"],
  [23, "17"],
  [24, "1818"],
  [25, "1819"],
  [100, "1864"],
  [255, "18ff"],
  [256, "190100"],
  [1000, "1903e8"],
  [65535, "19ffff"],
  [65536, "1a00010000"],
  [1000000, "1a000f4240"],
  [4294967295, "1affffffff"],
];

for (const [number, hex] of numbers) {
  test(`${number} is ${hex}, both ways`, () => {
    assert.equal(
      written(writer => writer.uint(number)),
      hex,
    );
    assert.equal(new CborReader(bytesOf(hex)).uint(), number);
  });
}

/** Source: RFC 8949 appendix A. */
const texts: readonly (readonly [text: string, hex: string])[] = [
  ["", "60"],
  ["a", "6161"],
  ["IETF", "6449455446"],
  ['"\\', "62225c"],
  ["\u00fc", "62c3bc"],
  ["\u6c34", "63e6b0b4"],
  ["\ud800\udd51", "64f0908591"],
];

for (const [text, hex] of texts) {
  test(`the text ${JSON.stringify(text)} is ${hex}, both ways`, () => {
    assert.equal(
      written(writer => writer.text(text)),
      hex,
    );
    assert.equal(new CborReader(bytesOf(hex)).text(), text);
  });
}

test("bytes and maps are written and read", () => {
  const hex = "a26161014262634401020304";
  assert.equal(
    written(writer =>
      writer
        .map(2)
        .text("a")
        .uint(1)
        .byteString(Uint8Array.of(0x62, 0x63))
        .byteString(Uint8Array.of(1, 2, 3, 4)),
    ),
    hex,
  );
  assert.deepEqual(new CborReader(bytesOf("4401020304")).byteString(), Uint8Array.of(1, 2, 3, 4));
});

test("a number in a longer form than it needs is read", () => {
  for (const hex of ["1805", "190005", "1a00000005"]) {
    assert.equal(new CborReader(bytesOf(hex)).uint(), 5);
  }
});

test("a byte string is a view into the message", () => {
  const message = bytesOf("43010203");
  const bytes = new CborReader(message).byteString();
  assert.equal(bytes.buffer, message.buffer);
  assert.equal(bytes.byteOffset, message.byteOffset + 1);
});

test("the entries of a map are given one by one, of a definite or an indefinite one", () => {
  for (const hex of ["a2616101616202", "bf616101616202ff"]) {
    const reader = new CborReader(bytesOf(hex));
    const entries: unknown[] = [];
    reader.map(key => entries.push(key, reader.uint()));
    assert.deepEqual(entries, ["a", 1, "b", 2]);
  }
});

test("a writer whose buffer is full says so, and starts again after reset", () => {
  const writer = new CborWriter(new Uint8Array(3));
  assert.throws(() => writer.text("abc"), { code: "memory-exhausted" });
  writer.reset();
  assert.equal(hexOf(writer.text("ab").bytes), "626162");
});

/** Items of every kind, passed over. Source: RFC 8949 appendix A. */
const items = [
  ..."00 17 1818 1903e8 1a000f4240 1b000000e8d4a51000 1bffffffffffffffff c249010000000000000000".split(
    " ",
  ),
  ..."3bffffffffffffffff 20 3863 3903e7 f90000 f93c00 fb3ff199999999999a fa47c35000 f97e00".split(
    " ",
  ),
  ..."fb7ff0000000000000 f4 f5 f6 f7 f0 f8ff c074323031332d30332d32315432303a30343a30305a".split(
    " ",
  ),
  ..."c11a514b67b0 c1fb41d452d9ec200000 d74401020304 d818456449455446 40 4401020304 60 6161".split(
    " ",
  ),
  ..."62c3bc 80 83010203 8301820203820405 a0 a201020304 a26161016162820203 826161a161626163".split(
    " ",
  ),
  ..."9fff 9f018202039f0405ffff 9f01820203820405ff 83018202039f0405ff bf61610161629f0203ffff".split(
    " ",
  ),
  ..."bf6346756ef563416d7421ff 98190102030405060708090a0b0c0d0e0f101112131415161718181819".split(
    " ",
  ),
];

for (const hex of items) {
  test(`passes over ${hex}, to its last byte`, () => {
    const reader = new CborReader(bytesOf(`${hex}1863`));
    reader.skip();
    assert.equal(reader.uint(), 99);
  });
}

/** What the reader takes in `read`, and why it does not. */
type Read = (reader: CborReader) => unknown;
const uint: Read = reader => reader.uint();
const text: Read = reader => reader.text();
const bytes: Read = reader => reader.byteString();
const skip: Read = reader => reader.skip();
const map: Read = reader => reader.map(() => reader.skip());

const refused: readonly (readonly [why: string, read: Read, hex: string])[] = [
  ["nothing, for a number", uint, ""],
  ["a number cut short", uint, "1a0001"],
  ["a number of 64 bits", uint, "1b0000000000000001"],
  ["a negative number", uint, "20"],
  ["a floating-point number", uint, "f93c00"],
  ["text for a number", uint, "6131"],
  ["a number without a length", uint, "1f"],
  ["reserved additional information", uint, "1c"],
  ["a text cut short", text, "62c3"],
  ["a text that is not UTF-8", text, "62c328"],
  ["a text in pieces", text, "7f6161ff"],
  ["bytes for a text", text, "4161"],
  ["bytes cut short", bytes, "440102"],
  ["bytes longer than memory", bytes, "5affffffff00"],
  ["bytes with a length of 64 bits", bytes, "5b0000000000000001aa"],
  ["bytes in pieces", bytes, "5f4101ff"],
  ["an array for a map", map, "80"],
  ["a map cut short", map, "a26161"],
  ["a map of four thousand million entries", map, "baffffffff616101"],
  ["a map without its break", map, "bf616101"],
  ["a map with a key that is no text", map, "a10102"],
  ["a break for a value", map, "bf6161ff"],
  ["a break alone", skip, "ff"],
  ["a tag of nothing", skip, "c0"],
  ["a tag without a number", skip, "df00"],
  ["an array of four thousand million items", skip, "9affffffff00"],
  ["an array without its break", skip, "9f0000"],
  ["reserved simple values", skip, "fc"],
  ["a floating-point number cut short", skip, "fb3ff199"],
  ["nine arrays in each other", skip, `${"81".repeat(9)}00`],
  ["nine maps in each other", skip, `${"a100".repeat(9)}00`],
  ["nine tags in each other", skip, `${"c1".repeat(9)}00`],
];

for (const [why, read, hex] of refused) {
  test(`refuses ${why}`, () => {
    assert.throws(() => read(new CborReader(bytesOf(hex))), { code: "block-malformed" });
  });
}

test("eight arrays in each other are passed over", () => {
  new CborReader(bytesOf(`${"81".repeat(8)}00`)).skip();
});

test("the message says where it went wrong", () => {
  assert.throws(() => new CborReader(bytesOf("440102")).byteString(), {
    message: "CBOR ends early at byte 1",
  });
});
