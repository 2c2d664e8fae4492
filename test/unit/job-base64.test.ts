// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeBase64 } from "xs-ota/job/base64";

/** The text of ASCII bytes. */
const ascii = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : String.fromCharCode(...bytes);

/** Source: RFC 4648 section 10, test vectors. */
const vectors: readonly (readonly [text: string, base64: string])[] = [
  ["f", "Zg=="],
  ["fo", "Zm8="],
  ["foo", "Zm9v"],
  ["foob", "Zm9vYg=="],
  ["fooba", "Zm9vYmE="],
  ["foobar", "Zm9vYmFy"],
];

for (const [text, base64] of vectors) {
  test(`${base64} is "${text}"`, () => {
    assert.equal(ascii(decodeBase64(base64)), text);
  });
}

test("all 64 symbols have their values", () => {
  const symbols = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (const [value, symbol] of Array.from(symbols).entries()) {
    assert.deepEqual(decodeBase64(`AAA${symbol}`), Uint8Array.of(0, 0, value));
  }
});

/** What the decoder of v3.3.0 was measured to accept beside the strict form. */
const lenient: readonly (readonly [why: string, base64: string, text: string])[] = [
  ["two symbols without padding", "QQ", "A"],
  ["two symbols with half of their padding", "QQ=", "A"],
  ["three symbols without padding", "QUI", "AB"],
  ["CR and LF between groups", "Zm9v\r\nYmFy", "foobar"],
  ["LF inside a group", "Zm\n9v", "foo"],
  ["LF before the padding", "QQ\n==", "A"],
  ["LF within the padding", "QQ=\n=", "A"],
  ["a line end behind", "Zm9v\r\n", "foo"],
  ["a line end before", "\nZm9v", "foo"],
];

for (const [why, base64, text] of lenient) {
  test(`accepts ${why}`, () => {
    assert.equal(ascii(decodeBase64(base64)), text);
  });
}

/** What the decoder of v3.3.0 was measured to refuse, and what has no bytes at all. */
const refused: readonly (readonly [why: string, base64: string])[] = [
  ["the empty text", ""],
  ["line ends alone", "\r\n"],
  ["padding alone", "===="],
  ["a space inside", "Zm9v YmFy"],
  ["a space behind", "Zm9v "],
  ["a tab", "Zm9v\tYmFy"],
  ["the URL alphabet's -", "Zm9-"],
  ["the URL alphabet's _", "Zm9_"],
  ["NUL", "Zm9v\0"],
  ["a letter that is not ASCII", "Zm9ö"],
  ["pad bits that are not zero, of two symbols", "QR=="],
  ["pad bits that are not zero, of three symbols", "QUJ="],
  ["pad bits that are not zero, without padding", "QR"],
  ["a group of one symbol", "Q"],
  ["a group of one symbol behind a whole one", "Zm9vQ"],
  ["a symbol behind the padding", "QQ==QQ=="],
  ["too much padding", "QUI=="],
  ["padding behind a whole group", "Zm9v="],
];

for (const [why, base64] of refused) {
  test(`refuses ${why}`, () => {
    assert.equal(decodeBase64(base64), undefined);
  });
}
