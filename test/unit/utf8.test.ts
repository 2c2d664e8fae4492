// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeUtf8, encodeUtf8 } from "xs-ota/common/network/utf8";

test("text is encoded as the platform encodes it, and read back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), text => {
      const bytes = encodeUtf8(text);
      assert.deepEqual(bytes, Uint8Array.from(Buffer.from(text)));
      assert.equal(decodeUtf8(bytes), text);
    }),
  );
});

test("a percent sign is only itself", () => {
  assert.equal(decodeUtf8(encodeUtf8("100%25")), "100%25");
});

test("bytes are refused exactly when the platform's strict decoder refuses them", () => {
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const outcomes = new Set<string>();
  const outcome = (decode: () => string): string => {
    try {
      return `text ${decode()}`;
    } catch {
      return "refused";
    }
  };
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4 }), bytes => {
      const ours = outcome(() => decodeUtf8(bytes));
      assert.equal(
        ours,
        outcome(() => strict.decode(bytes)),
      );
      outcomes.add(ours.slice(0, 4));
    }),
    { numRuns: 1000 },
  );
  assert.equal(outcomes.size, 2, "both outcomes were reached");
});

test("a lone surrogate has no encoding", () => {
  assert.throws(() => encodeUtf8("\ud800"), URIError);
});
