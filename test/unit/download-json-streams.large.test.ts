// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonStreams } from "xs-ota/download/json-streams";
import { encodeUtf8 } from "xs-ota/job/utf8";

test("a JSON message longer than the largest block is not even parsed", () => {
  const long = encodeUtf8(`{"f":0,"l":4096,"i":0,"p":"${"A".repeat(180_000)}"}`);
  assert.throws(() => jsonStreams.readBlock(long), {
    code: "block-malformed",
    message: /more than/,
  });
});
