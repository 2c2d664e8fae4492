// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeUtf8, encodeUtf8 } from "xs-ota/job/utf8";
import { OtaError } from "xs-ota/pal/error";

test("any text, lone surrogates too, is encoded as the platform encodes it", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), (odd, plain) => {
      for (const text of [odd, plain]) {
        assert.deepEqual(encodeUtf8(text), Uint8Array.from(new TextEncoder().encode(text)));
      }
    }),
  );
});

/** Bytes that are often nearly well-formed. */
const nearlyText = fc.oneof(
  fc.uint8Array({ maxLength: 5 }),
  fc
    .tuple(fc.string({ unit: "grapheme", minLength: 1 }), fc.nat(), fc.nat(255))
    .map(([text, where, byte]) => {
      const bytes = new TextEncoder().encode(text);
      bytes[where % bytes.length] = byte;
      return Uint8Array.from(bytes);
    }),
);

test("bytes are refused exactly when the platform's strict decoder refuses them", () => {
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const outcomes = { text: 0, refused: 0 };
  const outcome = (decode: () => string): string => {
    try {
      return `text ${decode()}`;
    } catch (error) {
      assert.ok(error instanceof OtaError || error instanceof TypeError);
      return "refused";
    }
  };
  fc.assert(
    fc.property(nearlyText, bytes => {
      const ours = outcome(() => decodeUtf8(bytes));
      const theirs = outcome(() => strict.decode(bytes));
      assert.equal(ours, theirs);
      outcomes[ours === "refused" ? "refused" : "text"]++;
    }),
    { numRuns: 2000 },
  );
  assert.ok(outcomes.text > 100 && outcomes.refused > 100, JSON.stringify(outcomes));
});
