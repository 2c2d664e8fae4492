// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RequestWindow } from "xs-ota/download/window";

/** The same by hand: a list of the blocks that are missing, and the size. */
class Model {
  readonly most: number;
  readonly seen: { opened: number; closed: number };
  missing: number[] = [];
  size = 1;

  constructor(most: number, seen: { opened: number; closed: number }) {
    this.most = most;
    this.seen = seen;
  }

  request(count: number): number {
    this.missing = Array.from({ length: Math.min(count, this.size) }, (_, index) => index);
    return this.missing.length;
  }

  block(): void {
    if (this.missing.pop() !== 0) return;
    if (this.size < this.most) this.seen.opened++;
    this.size = Math.min(this.most, this.size + this.size);
  }

  lose(): void {
    this.missing = [];
    if (this.size > 1) this.seen.closed++;
    this.size = Math.max(1, Math.floor(this.size / 2));
  }
}

const step = fc.record({
  what: fc.constantFrom("request", "block", "block", "block", "loss"),
  count: fc.integer({ min: 1, max: 40 }),
  waitMs: fc.nat(3000),
});

test("whatever comes, the window stays in its limits and moves only as it should", () => {
  const seen = { opened: 0, closed: 0 };
  const property = fc.property(
    fc.integer({ min: 1, max: 32 }),
    fc.integer({ min: 500, max: 20_000 }),
    fc.array(step, { maxLength: 200, size: "max" }),
    (most, longestWaitMs, steps) => {
      const window = new RequestWindow(most, longestWaitMs);
      const model = new Model(most, seen);
      let now = 0;
      for (const { what, count, waitMs } of steps) {
        now += waitMs;
        if (what === "request") window.onRequested(model.request(count), now);
        else if (what === "block") {
          model.block();
          window.onBlock(now);
        } else {
          model.lose();
          window.onLoss();
        }
        assert.equal(window.size, model.size);
        assert.equal(window.isDrained, model.missing.length === 0);
        assert.ok(window.waitMs >= 500 && window.waitMs <= longestWaitMs, String(window.waitMs));
      }
    },
  );
  fc.assert(property, { numRuns: 200 });
  assert.ok(Math.min(seen.opened, seen.closed) > 100, JSON.stringify(seen));
});
