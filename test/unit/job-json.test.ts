// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { outlineOf, parseJson } from "xs-ota/job/json";
import { encodeUtf8 } from "xs-ota/job/utf8";

const parse = (text: string): unknown => parseJson(encodeUtf8(text));
const outline = (message: object): unknown => outlineOf(encodeUtf8(JSON.stringify(message)));
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

test("1024 brackets, commas and colons are read, one more is refused, for each value takes memory", () => {
  const broad = malformed("more than 1024 brackets, commas and colons");
  assert.equal((parse(`[${"[],".repeat(511)}[]]`) as unknown[]).length, 512);
  assert.throws(() => parse(`[${"[],".repeat(511)}[[]]]`), broad);
  assert.equal((parse(`[${"1,".repeat(1023)}1]`) as unknown[]).length, 1024);
  assert.throws(() => parse(`[${"1,".repeat(1024)}1]`), broad);
  assert.throws(() => parse(`{${'"":{},'.repeat(342)}"":1}`), broad);
});

test("brackets, commas and colons in a text take no memory of their own", () => {
  const text = '[{",:'.repeat(1000);
  assert.deepEqual(parse(JSON.stringify([text])), [text]);
});

/** Values that are too much, as text: a board has no room for such objects. */
const broad = `[${"1,".repeat(1024)}1]`;
const deep = "[".repeat(16) + "]".repeat(16);

test("of a message whose document is too much, what stands around the document is read", () => {
  for (const value of [broad, deep]) {
    const document = `"jobDocument":{"a":${value}},"versionNumber":1`;
    const execution = `{"jobId":"J","statusDetails":{"a":"b"},${document}}`;
    assert.deepEqual(outlineOf(encodeUtf8(`{"clientToken":"0:T","execution":${execution}}`)), {
      clientToken: "0:T",
      execution: { jobId: "J", statusDetails: {}, jobDocument: {}, versionNumber: 1 },
    });
  }
});

test("what a document holds does not show around it", () => {
  const execution = { jobId: "other" };
  const texts = ['"},"jobId":"other","x":{"', '\\"},"jobId":"other"', "]}}{[", "\\"];
  for (const trap of [{ execution }, [execution], { jobId: "other" }, texts, ...texts]) {
    const text = JSON.stringify(trap);
    for (const document of [`"trap":${text},"broad":${broad}`, `"broad":${broad},"trap":${text}`]) {
      const message = `{"execution":{"jobDocument":{${document}},"jobId":"J"}}`;
      assert.deepEqual(outlineOf(encodeUtf8(message)), {
        execution: { jobDocument: {}, jobId: "J" },
      });
    }
  }
});

test("what stands around a document may be too much as well, or no JSON", () => {
  for (const message of [
    `{"execution":{"jobId":"J"}${',"":1'.repeat(1024)}}`,
    `{"execution":{"jobId":"J","a":{"b":${broad}`,
    `]{"execution":{"jobId":"J","a":${broad}}}`,
  ]) {
    assert.equal(outlineOf(encodeUtf8(message)), undefined);
  }
});

test("of a message that is not too much there is no outline, for it is read whole or not JSON", () => {
  assert.equal(outline({ execution: { jobId: "J", jobDocument: {} } }), undefined);
  assert.equal(outlineOf(encodeUtf8('{"execution":{"jobId":"J","jobDocument":{"a"}}}')), undefined);
});

test("a job for 10 files with all keys and details is far from too much", () => {
  const keys = (count: number): string => `{${'"key":"text",'.repeat(count - 1)}"key":"text"}`;
  const files = `[${`${keys(14)},`.repeat(9)}${keys(14)}]`;
  const protocols = `[${'"MQTT",'.repeat(99)}"MQTT"]`;
  const document = `{"afr_ota":{"protocols":${protocols},"streamname":"s","files":${files}}}`;
  const execution = `{"details":${keys(10)},"statusDetails":${keys(10)},"jobDocument":${document}}`;
  assert.doesNotThrow(() => parse(`{"execution":${execution}}`));
});
