// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { type BootFacts, bootTable, decideBoot } from "xs-ota/pal/boot/table";
import { slotLayout, type TrailerLayout } from "xs-ota/pal/boot/trailer";
import type { FlashGeometry } from "xs-ota/pal/flash";
import { decideInC, layoutInC } from "../support/bootloader.js";

const [magic, flag] = [["good", "bad"] as const, ["set", "unset"] as const];

/** Every combination of facts: 64. */
const everything: readonly BootFacts[] = magic.flatMap(aMagic =>
  flag.flatMap(aSwapInfo =>
    flag.flatMap(aCopyDone =>
      flag.flatMap(aImageOk =>
        magic.flatMap(bMagic =>
          flag.map(bImageOk => ({ aMagic, aSwapInfo, aCopyDone, aImageOk, bMagic, bImageOk })),
        ),
      ),
    ),
  ),
);

test("the bootloader's C and the table in TypeScript decide alike in all 64 states", () => {
  const seen = new Set<string>();
  for (const facts of everything) {
    const decision = decideBoot(facts);
    assert.equal(decideInC(facts), decision, JSON.stringify(facts));
    seen.add(decision);
  }
  assert.equal(everything.length, 64);
  assert.deepEqual([...seen].sort(), ["none", "permanent", "resume", "revert", "test"]);
});

test("every row of the table decides some state: none hides behind an earlier one", () => {
  for (const row of bootTable) {
    const decides = everything.some(
      facts =>
        bootTable.find(candidate =>
          (Object.keys(facts) as (keyof BootFacts)[]).every(
            name => candidate[name] === "any" || candidate[name] === facts[name],
          ),
        ) === row,
    );
    assert.ok(decides, JSON.stringify(row));
  }
});

const offsets = (layout: TrailerLayout): readonly number[] => [
  layout.start,
  layout.swapStatus,
  layout.swapSize,
  layout.swapInfo,
  layout.copyDone,
  layout.imageOk,
  layout.magic,
];

test("C and TypeScript lay the trailers out alike, whatever the two geometries", () => {
  const geometries: FlashGeometry[] = [256, 4096, 131072].flatMap(blockSize =>
    [1, 4, 8, 16, 32].map(writeSize => ({ size: 1 << 20, blockSize, writeSize, erasedByte: 255 })),
  );
  for (const a of geometries) {
    for (const half of geometries) {
      const b = { ...half, size: half.size / 2 };
      const layout = slotLayout(a, b);
      const inC = layoutInC(a, b);
      const align = Math.max(8, a.writeSize, b.writeSize);
      assert.deepEqual(inC?.slice(4), [
        layout.capacity,
        ...offsets(layout.a),
        ...offsets(layout.b),
      ]);
      assert.equal(inC[2], align);
    }
  }
});

test("the trailer of a slot of 128 sectors with 4-byte writes has MCUboot's size", () => {
  // docs/design.md of MCUboot, "Image trailer": 128 sectors with a 4-byte alignment make 1536 bytes of swap status.
  const slot = { size: 128 * 4096, blockSize: 4096, writeSize: 4, erasedByte: 255 };
  const { a } = slotLayout(slot, slot);
  assert.equal(a.swapSize - a.swapStatus, 1536);
  assert.deepEqual(
    [a.magic, a.imageOk, a.copyDone, a.swapInfo, a.swapSize].map(offset => slot.size - offset),
    [16, 24, 32, 40, 48],
  );
});
