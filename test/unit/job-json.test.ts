// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseJson } from "xs-ota/job/json";
import { encodeUtf8 } from "xs-ota/job/utf8";

const parse = (text: string): unknown => parseJson(encodeUtf8(text));
const malformed = (message: string): object => ({ code: "job-malformed", message });

test("a value is read, whatever it is", () => {
  for (const text of ["{}", "[]", "null", "1", '"é€😀"', ' { "a" : [ 1 , { "b" : null } ] } ']) {
    assert.deepEqual(parse(text), JSON.parse(text));
  }
});

test("a repeated key counts with its last value", () => {
  assert.deepEqual(parse('{"a":1,"a":2}'), { a: 2 });
});

test("a key named __proto__ is only a key", () => {
  const value = parse('{"__proto__":{"execution":{"jobId":"J"}}}') as object;
  assert.equal("execution" in value, false);
});

test("nesting of 16 is read, of 17 is refused", () => {
  assert.deepEqual(
    parse("[".repeat(16) + "]".repeat(16)),
    JSON.parse("[".repeat(16) + "]".repeat(16)),
  );
  assert.throws(() => parse("[".repeat(17) + "]".repeat(17)), malformed("nested deeper than 16"));
  assert.throws(() => parse('{"a":'.repeat(17)), malformed("nested deeper than 16"));
});

test("brackets in a string are not nesting, and neither are those side by side", () => {
  const brackets = "[{".repeat(20);
  assert.equal(parse(JSON.stringify(brackets)), brackets);
  assert.equal(parse(JSON.stringify(`\\"${brackets}`)), `\\"${brackets}`);
  assert.deepEqual(parse(`[${"[],".repeat(40)}[]]`), Array(41).fill([]));
});

test("nesting that the string before it seems to hide is refused", () => {
  assert.throws(() => parse(`["\\\\",${"[".repeat(17)}`), malformed("nested deeper than 16"));
});

test("closing what was not opened gains no depth", () => {
  assert.throws(() => parse("]".repeat(100) + "[".repeat(100)), malformed("not JSON"));
});

test("what is not JSON is refused", () => {
  for (const text of [
    "",
    "{",
    '{"a"}',
    "{'a':1}",
    "[1,]",
    "nul",
    '"\t"',
    "01",
    "{}{}",
    "\ufeff{}",
  ]) {
    assert.throws(() => parse(text), malformed("not JSON"), text);
  }
});

test("what is not UTF-8 is refused, with the byte", () => {
  assert.throws(
    () => parseJson(Uint8Array.of(0x22, 0xc0, 0xaf, 0x22)),
    malformed("not UTF-8 at byte 1"),
  );
});

test("40 960 bytes are read, one more is refused unread", () => {
  const longest = new Uint8Array(40_960).fill(0x78); // x
  longest[0] = longest[40_959] = 0x22; // "
  assert.equal((parseJson(longest) as string).length, 40_958);
  assert.throws(() => parseJson(new Uint8Array(40_961)), malformed("40961 bytes, more than 40960"));
});
