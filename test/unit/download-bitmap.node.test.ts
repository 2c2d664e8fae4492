// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BlockBitmap } from "xs-ota/download/bitmap";

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** The same by hand: the set of the wanted blocks. */
class Model {
  readonly blocks: readonly number[];
  readonly wanted: Set<number>;
  readonly seen: { received: number; lost: number };

  constructor(blockCount: number, seen: { received: number; lost: number }) {
    this.blocks = range(blockCount);
    this.wanted = new Set(this.blocks);
    this.seen = seen;
  }

  receive(block: number): void {
    if (this.wanted.delete(block)) this.seen.received++;
  }

  lose(block: number): void {
    if (block >= this.blocks.length) return;
    if (!this.wanted.has(block)) this.seen.lost++;
    this.wanted.add(block);
  }

  /** Asserts that a bitmap says the same, asked about `block`. */
  assertEqual(bitmap: BlockBitmap, block: number): void {
    const left = this.blocks.filter(each => each >= block && this.wanted.has(each));
    const gap = left.findIndex((each, index) => each !== block + index);
    const run = gap === -1 ? left.length : gap;
    const near = left.filter(each => each < block + 7).length;
    assert.equal(bitmap.remaining, this.wanted.size);
    assert.equal(bitmap.has(block), !this.wanted.has(block));
    assert.equal(bitmap.firstWanted(block), left[0]);
    assert.equal(bitmap.wantedIn(block, 7, 5), Math.min(5, near));
    assert.equal(bitmap.runFrom(block, 6), Math.min(6, run));
  }

  bits(): number[] {
    const bytes = range(Math.ceil(this.blocks.length / 8));
    const valueOf = (block: number): number => (this.wanted.has(block) ? 2 ** (block % 8) : 0);
    return bytes.map(byte => range(8).reduce((sum, bit) => sum + valueOf(byte * 8 + bit), 0));
  }
}

const step = fc.record({
  what: fc.constantFrom("receive", "receive", "lose", "reopen"),
  where: fc.nat(),
});

test("a bitmap is the set of the wanted blocks", () => {
  const seen = { received: 0, lost: 0, finished: 0 };
  const property = fc.property(
    fc.integer({ min: 1, max: 5000 }),
    fc.integer({ min: 100, max: 600 }),
    fc.array(step, { maxLength: 120, size: "max" }),
    (fileSize, blockSize, steps) => {
      let bitmap = new BlockBitmap(fileSize, blockSize);
      const model = new Model(Math.ceil(fileSize / blockSize), seen);
      for (const { what, where } of steps) {
        const block = where % (model.blocks.length + 9);
        if (what === "reopen") bitmap = new BlockBitmap(fileSize, blockSize, bitmap.bits);
        else {
          const change = what === "receive" ? "receive" : "lose";
          model[change](block);
          bitmap[change](block);
        }
        model.assertEqual(bitmap, block);
      }
      if (model.wanted.size === 0) seen.finished++;
      assert.deepEqual(Array.from(bitmap.bits), model.bits());
      const lengths = model.blocks.map(block => bitmap.lengthOf(block));
      assert.equal(
        lengths.reduce((sum, length) => sum + length, 0),
        fileSize,
      );
    },
  );
  fc.assert(property, { numRuns: 300 });
  assert.ok(seen.received > 500 && seen.lost > 100 && seen.finished > 5, JSON.stringify(seen));
});
