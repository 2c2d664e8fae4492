// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { readWindow, WindowDecoder } from "xs-ota/delta/vcdiff";
import type { ImageSource } from "xs-ota/image/mcuboot";
import { encodeUtf8 } from "xs-ota/job/utf8";
import { bytesOf } from "../support/hex.js";

function sourceOf(bytes: Uint8Array): ImageSource {
  return {
    read(into, offset) {
      assert.ok(offset >= 0 && offset + into.length <= bytes.length, "a read beyond the source");
      into.set(bytes.subarray(offset, offset + into.length));
    },
  };
}

/** What the window at the start of `delta` makes. */
function decode(base: Uint8Array, delta: Uint8Array, baseSize = base.length): Uint8Array {
  const window = readWindow(sourceOf(delta), 0, delta.length, baseSize);
  const made = new Uint8Array(window.targetSize);
  new WindowDecoder(sourceOf(base)).decode(window, made);
  assert.equal(window.end, delta.length);
  return made;
}

const lines = Array.from({ length: 120 }, (_, index) => `line ${index} of the base; `).join("");
const text = [
  lines.slice(0, 400),
  "-".repeat(40),
  lines.slice(300, 900),
  "an insertion",
  lines.slice(1200),
  lines.slice(0, 200),
  "z".repeat(31),
  "!",
].join("");

/**
 * By xdelta3 3.0.11: `xdelta3 -e -S none -A -n -9 -s base target`, its five bytes of header taken off. It has ADD, RUN, and COPY
 * in the address modes self, here and near, within the base and within the target.
 */
const byXdelta3 = [
  "019362004d9436000f23152d616e20696e73657274696f6e7a2113831000281384580d438a32255314431543145313331443",
  "143314431433144f001f0200822c87048e3d870181098129815258542c2a5854",
].join("");

test("a window by xdelta3 makes what xdelta3 was given", () => {
  assert.deepEqual(decode(encodeUtf8(lines), bytesOf(byXdelta3)), encodeUtf8(text));
});

/**
 * The example of RFC 3284 section 3: COPY 4 from 0, ADD "wxyz", COPY 4 from 4, COPY 12 from 24, which overlaps what it makes,
 * RUN of four "z"; coded by the default table.
 */
const base = encodeUtf8("abcdefghijklmnop");
const example = {
  indicator: "01",
  source: "1000",
  length: "13",
  target: "1c",
  delta: "00",
  lengths: "050603",
  data: "7778797a7a",
  instructions: "1405141c0004",
  addresses: "000418",
};
type Part = keyof typeof example;
const windowOf = (changes: Partial<Record<Part, string>> = {}): Uint8Array =>
  bytesOf(Object.values({ ...example, ...changes }).join(""));

test("the example of RFC 3284 makes what the RFC says", () => {
  assert.deepEqual(decode(base, windowOf()), encodeUtf8("abcdwxyzefghefghefghefghzzzz"));
});

test("a window may do without a base", () => {
  const copies = bytesOf("00" + "0a" + "06" + "00" + "020201" + "6162" + "0314" + "00");
  assert.deepEqual(decode(new Uint8Array(0), copies), encodeUtf8("ababab"));
});

// prettier-ignore
const malformed: readonly (readonly [why: string, window: Uint8Array, baseSize?: number])[] = [
  ["an adler32 checksum, which no RFC has",          windowOf({ indicator: "05" })],
  ["a segment of the target, which we do not keep",  windowOf({ indicator: "02" })],
  ["a segment beyond the base",                      windowOf({ source: "1001" })],
  ["a segment beyond what the header says",          windowOf(), 15],
  ["a length beyond the delta",                      windowOf({ length: "14" })],
  ["sections shorter than the window",               windowOf({ lengths: "050602" })],
  ["sections longer than the window",                windowOf({ lengths: "050703" })],
  ["a secondary compressor",                         windowOf({ delta: "01" })],
  ["a target shorter than what is made",             windowOf({ target: "1b" })],
  ["a target longer than what is made",              windowOf({ target: "1d" })],
  ["an address of what is not made yet",             windowOf({ addresses: "00041c" })],
  ["an address before the segment",                  windowOf({ instructions: "2405141c0004", addresses: "110418" })],
  ["data of no use",                                 windowOf({ instructions: "1404141c0005" })],
  ["a number of more than 32 bits",                  windowOf({ length: "9080808000" })],
  ["a number without an end",                        windowOf({ length: "ffffffffffff" })],
  ["nothing",                                        new Uint8Array(0)],
];

for (const [why, window, baseSize] of malformed) {
  test(`a window with ${why} is refused`, () => {
    assert.throws(() => decode(base, window, baseSize), { code: "image-malformed" });
  });
}
