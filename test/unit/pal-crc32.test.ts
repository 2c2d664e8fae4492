// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeUtf8 } from "xs-ota/job/utf8";
import { crc32 } from "xs-ota/pal/flash/crc32";

test("the CRC-32 of the check string is that of the catalogue", () => {
  // Source: Williams, "A Painless Guide to CRC Error Detection Algorithms", section 15; the check of CRC-32/ISO-HDLC.
  assert.equal(crc32(encodeUtf8("123456789")), 0xcbf43926);
});

test("each byte has its own CRC-32", () => {
  const seen = new Set(Array.from({ length: 256 }, (_, byte) => crc32(Uint8Array.of(byte))));
  assert.equal(seen.size, 256);
});

test("the CRC-32 of nothing is 0", () => {
  assert.equal(crc32(new Uint8Array(0)), 0);
});
