// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RecordGate } from "xs-ota/common/record-gate";

/** A TLS record: type, version, length, content. Source: RFC 5246 6.2.1. */
function record(content: Uint8Array): Uint8Array {
  return Uint8Array.of(23, 3, 3, content.length >> 8, content.length & 255, ...content);
}

test("a record of no content is let through, and the next one begins", () => {
  const gate = new RecordGate();
  gate.pass(record(new Uint8Array(0)));
  assert.equal(gate.share(100), 5);
});

test("the content is as long as the header's last two bytes say", () => {
  const gate = new RecordGate();
  gate.pass(Uint8Array.of(23, 3, 3, 1));
  assert.equal(gate.share(100), 1);
  gate.pass(Uint8Array.of(2));
  assert.equal(gate.share(1000), 0x102);
});

test("however the bytes come, no share goes beyond the end of a record", () => {
  let sharesWithin = 0;
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 8 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 400 })),
      (contents, pieces) => {
        const bytes = contents.flatMap(content => [...record(content)]);
        const ends = new Set<number>();
        contents.reduce(
          (end, content) => (ends.add(end + 5 + content.length), end + 5 + content.length),
          0,
        );
        const gate = new RecordGate();
        let at = 0;
        while (at < bytes.length) {
          const wanted = pieces.next().value as number;
          const share = gate.share(Math.min(wanted, bytes.length - at));
          assert.ok(share > 0);
          for (let i = at + 1; i < at + share; i++) assert.ok(!ends.has(i));
          gate.pass(Uint8Array.from(bytes.slice(at, at + share)));
          at += share;
          if (!ends.has(at)) sharesWithin++;
        }
      },
    ),
  );
  assert.ok(sharesWithin > 100);
});
