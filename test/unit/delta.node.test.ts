// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { decode } from "@ably/vcdiff-decoder";
import fc from "fast-check";
import { DELTA_HEADER_SIZE } from "xs-ota/delta/header";
import { readImageFacts } from "xs-ota/image/facts";
import { OtaError } from "xs-ota/pal/error";
import { amount } from "xs-ota/test/support/deep";
import { sourceOf } from "xs-ota/test/support/signed-images";
import { applyDelta, makeDelta } from "xs-ota/toolchain/delta/delta";
import { packImage } from "xs-ota/toolchain/image";

const image = (version: string, body: Uint8Array): Uint8Array => packImage({ body, version });

/** A body, and what became of it: pieces of it in another order, with something between them. */
const bodies = fc.uint8Array({ minLength: 1, maxLength: 3000, size: "max" }).chain(body => {
  const kept = fc
    .tuple(fc.nat(body.length - 1), fc.nat(600))
    .map(([first, length]) => body.subarray(first, first + length));
  const added = fc.uint8Array({ maxLength: 40 });
  const run = fc
    .tuple(fc.nat(255), fc.nat(300))
    .map(([byte, count]) => new Uint8Array(count).fill(byte));
  const parts = fc.array(fc.oneof(kept, kept, added, run), { minLength: 1, maxLength: 12 });
  return fc.tuple(
    fc.constant(body),
    parts.map(list => Uint8Array.from([1, ...list.flatMap(part => [...part])])),
  );
});

const windows = fc.constantFrom(64, 256, 1024, 4096);

/** The windows behind RFC 3284's own header: @ably/vcdiff-decoder takes no application header. */
function withoutApplicationHeader(delta: Uint8Array): Uint8Array {
  return Uint8Array.from([0xd6, 0xc3, 0xc4, 0, 0, ...delta.subarray(DELTA_HEADER_SIZE)]);
}

test("two independent decoders make the new image of every delta", () => {
  let smaller = 0;
  let runs = 0;
  fc.assert(
    fc.property(bodies, windows, ([before, after], size) => {
      const old = image("1.0.0", before);
      const next = image("1.1.0", after);
      const delta = makeDelta(old, next, size);
      const base = old.subarray(0, readImageFacts(sourceOf(old), old.length).hashedSize);
      assert.deepEqual(applyDelta(old, delta), next);
      assert.deepEqual(new Uint8Array(decode(withoutApplicationHeader(delta), base)), next);
      runs++;
      if (delta.length < next.length) smaller++;
    }),
    { numRuns: amount(150, 5000) },
  );
  assert.ok(smaller > runs / 3, `${smaller} of ${runs} deltas are smaller than their images`);
});

test("a delta that was changed anywhere makes an image of some bytes, or is refused as malformed", () => {
  const old = image(
    "1.0.0",
    Uint8Array.from({ length: 2000 }, (_, at) => (at * at) >> 5),
  );
  const next = image(
    "1.1.0",
    Uint8Array.from({ length: 2100 }, (_, at) => ((at + 9) * at) >> 5),
  );
  const delta = makeDelta(old, next, 512);
  const change = fc.tuple(
    fc.integer({ min: DELTA_HEADER_SIZE, max: delta.length - 1 }),
    fc.nat(255),
  );
  const seen = { made: 0, refused: 0 };
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), fc.nat(40), (changes, cut) => {
      const bytes = delta.slice(0, delta.length - cut);
      for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
      try {
        // A number may ask for much: what a device makes at once is bounded by pal/flash/delta-image.ts.
        if (applyDelta(old, bytes).length >= 0) seen.made++;
      } catch (error) {
        if (error instanceof RangeError) return;
        assert.ok(error instanceof OtaError && error.code === "image-malformed", String(error));
        seen.refused++;
      }
    }),
    { numRuns: amount(2000, 200_000) },
  );
  assert.ok(seen.made > 0 && seen.refused > 100, JSON.stringify(seen));
});

test("a delta copies only from what the base's digest covers, so that another signature does not matter", () => {
  const old = image("1.0.0", new Uint8Array(500).fill(7));
  const next = image("1.1.0", new Uint8Array(600).fill(7));
  const delta = makeDelta(old, next);
  const { hashedSize } = readImageFacts(sourceOf(old), old.length);
  const signedAnew = Uint8Array.from([...old.subarray(0, hashedSize), 1, 2, 3]);
  assert.deepEqual(applyDelta(signedAnew, delta), next);
});

test("no delta is made of an image whose digest is wrong", () => {
  const old = image("1.0.0", new Uint8Array(500));
  const broken = old.slice();
  broken[100] = 1;
  assert.throws(() => makeDelta(broken, old), { message: /^the old image: its digest is wrong/ });
  assert.throws(() => makeDelta(old, broken), { message: /^the new image: its digest is wrong/ });
  assert.throws(() => makeDelta(new Uint8Array(99), old), { code: "image-malformed" });
});
