// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeBase64 } from "xs-ota/job/base64";

test("what Node encodes is decoded, whole and with its padding or line ends changed", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), fc.nat(), (bytes, where) => {
      const base64 = Buffer.from(bytes).toString("base64");
      const at = where % (base64.length + 1);
      const forms = [
        base64,
        base64.replace(/=+$/, ""),
        base64.slice(0, at) + "\r\n" + base64.slice(at),
      ];
      for (const form of forms) assert.deepEqual(decodeBase64(form), bytes);
    }),
  );
});

test("a text with one character changed gives other bytes or none", () => {
  const outcomes = new Set<boolean>();
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 60 }),
      fc.nat(),
      fc.integer({ min: 0x20, max: 0x7e }),
      (bytes, where, code) => {
        const base64 = Buffer.from(bytes).toString("base64").replace(/=+$/, "");
        const at = where % base64.length;
        const changed = String.fromCharCode(code);
        fc.pre(base64[at] !== changed);
        const decoded = decodeBase64(base64.slice(0, at) + changed + base64.slice(at + 1));
        outcomes.add(decoded === undefined);
        assert.notDeepEqual(decoded, bytes);
      },
    ),
    { numRuns: 1000 },
  );
  assert.equal(outcomes.size, 2, "both outcomes were reached");
});
