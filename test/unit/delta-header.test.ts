// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  DELTA_HEADER_SIZE,
  type DeltaHeader,
  formatDeltaHeader,
  isDelta,
  parseDeltaHeader,
} from "xs-ota/delta/header";
import { hexOf } from "../support/hex.js";

const header: DeltaHeader = {
  version: 0x01020003,
  securityCounter: 7,
  deviceClass: new Uint8Array(16).fill(0xcc),
  baseSize: 0x11223344,
  base: new Uint8Array(32).fill(0xba),
  targetSize: 0x1000,
  target: new Uint8Array(32).fill(0x7a),
};

// Source: docs/flash-format.md, "Delta".
test("the start of a delta is VCDIFF's, with what the delta is for", () => {
  const expected = [
    "d6c3c400" + "04" + "64",
    "584f4431",
    "03000201" + "07000000",
    "cc".repeat(16),
    "44332211" + "ba".repeat(32),
    "00100000" + "7a".repeat(32),
  ];
  assert.equal(hexOf(formatDeltaHeader(header)), expected.join(""));
});

test("what was written is read", () => {
  assert.deepEqual(parseDeltaHeader(formatDeltaHeader(header)), header);
  const forAny = { ...header, deviceClass: undefined };
  assert.deepEqual(parseDeltaHeader(formatDeltaHeader(forAny)), forAny);
});

test("a file that begins otherwise is no delta", () => {
  const bytes = formatDeltaHeader(header);
  for (let at = 0; at < 10; at++) {
    const other = bytes.slice();
    other[at] = 0xff ^ (other[at] ?? 0);
    assert.equal(isDelta(other), false);
    assert.throws(() => parseDeltaHeader(other), { code: "image-malformed" });
  }
  const short = bytes.subarray(0, DELTA_HEADER_SIZE - 1);
  assert.throws(() => parseDeltaHeader(short), { code: "image-malformed" });
});

test("a delta that makes nothing is refused", () => {
  const bytes = formatDeltaHeader({ ...header, targetSize: 0 });
  assert.throws(() => parseDeltaHeader(bytes), { code: "image-malformed" });
});
