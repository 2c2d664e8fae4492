// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeUtf8, encodeUtf8 } from "xs-ota/job/utf8";

/** The first and the last code point of each length. Source: RFC 3629 section 3. */
const lengths: readonly (readonly [text: string, bytes: readonly number[]])[] = [
  ["\0", [0x00]],
  ["\u007f", [0x7f]],
  ["\u0080", [0xc2, 0x80]],
  ["\u07ff", [0xdf, 0xbf]],
  ["\u0800", [0xe0, 0xa0, 0x80]],
  ["\ud7ff", [0xed, 0x9f, 0xbf]],
  ["\ue000", [0xee, 0x80, 0x80]],
  ["\uffff", [0xef, 0xbf, 0xbf]],
  ["\u{10000}", [0xf0, 0x90, 0x80, 0x80]],
  ["\u{10ffff}", [0xf4, 0x8f, 0xbf, 0xbf]],
];

for (const [text, bytes] of lengths) {
  test(`U+${text.codePointAt(0)?.toString(16) ?? ""} has ${bytes.length} bytes, both ways`, () => {
    assert.deepEqual(encodeUtf8(text), Uint8Array.from(bytes));
    assert.equal(decodeUtf8(Uint8Array.from(bytes)), text);
  });
}

test("no bytes are the empty text, and the reverse", () => {
  assert.equal(decodeUtf8(new Uint8Array(0)), "");
  assert.equal(encodeUtf8("").length, 0);
});

test("a text longer than is joined at a time comes back whole", () => {
  for (const length of [63, 64, 65, 128, 1000]) {
    const text = "aé€😀".repeat(length).slice(0, length);
    const whole = /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text;
    assert.equal(decodeUtf8(encodeUtf8(whole)), whole);
  }
});

test("a lone surrogate becomes U+FFFD", () => {
  for (const lone of ["\ud800", "\udfff", "a\ud83d"]) {
    assert.equal(decodeUtf8(encodeUtf8(lone)).slice(-1), "\ufffd");
  }
});

/** Ill-formed sequences, and the byte at which each begins. */
const illFormed: readonly (readonly [why: string, at: number, bytes: readonly number[]])[] = [
  ["a continuation byte alone", 0, [0x80]],
  ["a continuation byte behind a letter", 1, [0x61, 0xbf]],
  ["an end after the first of two", 0, [0xc3]],
  ["an end after the second of three", 2, [0x61, 0x62, 0xe2, 0x82]],
  ["an end after the third of four", 0, [0xf0, 0x9f, 0x98]],
  ["a letter where a continuation must be", 0, [0xe2, 0x82, 0x61]],
  ["two bytes for one (overlong /)", 0, [0xc0, 0xaf]],
  ["three bytes for one", 0, [0xe0, 0x80, 0xaf]],
  ["four bytes for three", 0, [0xf0, 0x8f, 0xbf, 0xbf]],
  ["a high surrogate", 0, [0xed, 0xa0, 0x80]],
  ["a low surrogate", 0, [0xed, 0xbf, 0xbf]],
  ["beyond U+10FFFF", 0, [0xf4, 0x90, 0x80, 0x80]],
  ["a lead of five", 0, [0xf8, 0x88, 0x80, 0x80, 0x80]],
  ["0xFF", 3, [0xe2, 0x82, 0xac, 0xff]],
];

for (const [why, at, bytes] of illFormed) {
  test(`refuses ${why}, and says where`, () => {
    assert.throws(() => decodeUtf8(Uint8Array.from(bytes)), {
      code: "job-malformed",
      message: `not UTF-8 at byte ${at}`,
    });
  });
}

test("the code of the error is the caller's", () => {
  assert.throws(() => decodeUtf8(Uint8Array.of(0xff), "block-malformed"), {
    code: "block-malformed",
  });
});
