// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatHex, isSameBytes } from "xs-ota/pal/bytes";

const bytes = Uint8Array.of(0, 1, 255);

test("byte strings are the same when they have the same bytes", () => {
  assert.ok(isSameBytes(bytes, bytes.slice()));
  assert.ok(isSameBytes(new Uint8Array(0), new Uint8Array(0)));
  for (const other of [[0, 1], [0, 1, 254], [0, 1, 255, 0], []]) {
    assert.ok(!isSameBytes(bytes, Uint8Array.from(other)), String(other));
  }
});

test("what is absent is the same as nothing, not even as what is absent too", () => {
  assert.ok(!isSameBytes(bytes, undefined));
  assert.ok(!isSameBytes(undefined, bytes));
  assert.ok(!isSameBytes(undefined, undefined));
});

test("bytes in hexadecimal are two digits each", () => {
  assert.equal(formatHex(bytes), "0001ff");
  assert.equal(formatHex(new Uint8Array(0)), "");
});
