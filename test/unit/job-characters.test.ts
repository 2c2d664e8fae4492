// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { consistsOf, isName, isWithin, parseDigits } from "xs-ota/job/characters";

test("a text consists of a set's characters when it has one at least and no other", () => {
  assert.equal(consistsOf("abba", "ab"), true);
  assert.equal(consistsOf("abc", "ab"), false);
  assert.equal(consistsOf("", "ab"), false);
});

test("a text is within a range when no character is outside of it", () => {
  assert.equal(isWithin("", "a", "c"), true);
  assert.equal(isWithin("abc", "a", "c"), true);
  assert.equal(isWithin("abd", "a", "c"), false);
  assert.equal(isWithin("`", "a", "c"), false);
});

test("a name has letters, digits, hyphens and underscores only", () => {
  assert.equal(isName("Job-7_b"), true);
  for (const text of ["", "a b", "a/b", "a+", "ä", "$next", "a\n"]) {
    assert.equal(isName(text), false, text);
  }
});

test("digits are a number up to so many of them", () => {
  assert.equal(parseDigits("007", 3), 7);
  assert.equal(parseDigits("65535", 5), 65535);
  for (const text of [undefined, "", "1234", "-1", "1.", "0x1", " 1", "1e1", "٣"]) {
    assert.equal(parseDigits(text, 3), undefined, text);
  }
});
