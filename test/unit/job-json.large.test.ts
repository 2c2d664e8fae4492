// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseJson } from "xs-ota/job/json";
import { encodeUtf8 } from "xs-ota/job/utf8";

const parse = (text: string): unknown => parseJson(encodeUtf8(text));

test("40 960 bytes are read, one more is refused unread", () => {
  const longest = JSON.stringify("x".repeat(40_958));
  assert.equal(parse(longest), "x".repeat(40_958));
  assert.throws(() => parse(`${longest} `), {
    code: "job-malformed",
    message: "40961 bytes, more than 40960",
  });
});
