// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodePem } from "xs-ota/common/pem";

/** RFC 4648 section 10: "foobar" is "Zm9vYmFy". */
const pem = "-----BEGIN A-----\r\nZm9v\r\nYmFy\r\n-----END A-----\r\n";
const foobar = Uint8Array.of(0x66, 0x6f, 0x6f, 0x62, 0x61, 0x72);

test("the bytes between a label's lines are decoded", () => {
  assert.deepEqual(decodePem(pem, "A"), foobar);
});

test("the first block of the label is taken, whatever stands before it", () => {
  const other = "text\n-----BEGIN B-----\nAA==\n-----END B-----\n";
  assert.deepEqual(decodePem(other + pem + other, "A"), foobar);
});

// prettier-ignore
const faults: readonly (readonly [string, string, RegExp])[] = [
  ["another label",  pem.replaceAll("A-----", "B-----"),  /no "A"/],
  ["no end",         pem.slice(0, 30),                    /no "A"/],
  ["no content",     "-----BEGIN A----------END A-----",  /not base64/],
  ["other content",  pem.replace("Zm9v", "?"),            /not base64/],
];

for (const [name, text, message] of faults) {
  test(`PEM with ${name} is refused`, () => {
    assert.throws(() => decodePem(text, "A"), { code: "argument-invalid", message });
  });
}
