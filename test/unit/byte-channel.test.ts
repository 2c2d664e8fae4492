// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { decodeCobs, encodeCobs } from "xs-ota/cli/gateway/cobs";
import { FrameReader, formatFrame, PAYLOAD_MAX } from "xs-ota/cli/gateway/frame";

const packets = fc
  .array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 })), {
    maxLength: 254,
    size: "max",
  })
  .map(bytes => Uint8Array.from(bytes));

// Source: the examples in Cheshire and Baker, as Wikipedia's article on COBS gives them in bytes.
const examples = [
  ["", "01 00"],
  ["00", "01 01 00"],
  ["00 00", "01 01 01 00"],
  ["11 22 00 33", "03 11 22 02 33 00"],
  ["11 22 33 44", "05 11 22 33 44 00"],
  ["11 00 00 00", "02 11 01 01 01 00"],
] as const;

const bytes = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

test("COBS encodes the published examples, and decodes them", () => {
  for (const [plain, coded] of examples) {
    assert.deepEqual(encodeCobs(bytes(plain)), bytes(coded));
    assert.deepEqual(decodeCobs(bytes(coded).subarray(0, -1)), bytes(plain));
  }
});

test("a packet comes out of COBS as it went in, and has no zero inside", () => {
  let withZeros = 0;
  fc.assert(
    fc.property(packets, packet => {
      const coded = encodeCobs(packet);
      if (packet.includes(0)) withZeros++;
      assert.equal(coded.indexOf(0), coded.length - 1);
      assert.deepEqual(decodeCobs(coded.subarray(0, -1)), packet);
    }),
  );
  assert.ok(withZeros > 10);
});

test("frames come out of a stream however it is cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: PAYLOAD_MAX }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 300 }),
      (payloads, size) => {
        const stream = Buffer.concat(payloads.map((p, i) => formatFrame("data", i + 1, p)));
        const reader = new FrameReader();
        const read: Uint8Array[] = [];
        for (let at = 0; at < stream.length; at += size) {
          for (const { payload } of reader.read(stream.subarray(at, at + size))) {
            read.push(Uint8Array.from(payload));
          }
        }
        assert.deepEqual(read, payloads);
      },
    ),
  );
});

test("what is no frame is skipped, and the next one is read", () => {
  const reader = new FrameReader();
  const noise = Uint8Array.of(9, 1, 2, 0, 0, 2, 77, 0);
  const frames = [...reader.read(Buffer.concat([noise, formatFrame("close", 7)]))];
  assert.deepEqual(
    frames.map(({ type, socket }) => [type, socket]),
    [["close", 7]],
  );
});
