// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "xs-ota/pal/clock";

/** How long the clock is watched, in milliseconds and in readings, should it stand: many of a board's ticks. */
const WATCHED_MS = 1_000;
const WATCHED_READINGS = 10_000_000;

/** Longest that a timer may be early, in milliseconds: clocks and timers round apart. */
const EARLY_MS = 2;

const wait = (clock: Clock, ms: number): Promise<void> =>
  new Promise(resolve => clock.after(ms, resolve));

/** What pal/clock.ts promises. */
export function describeClock(name: string, clock: Clock): void {
  test(`${name}: time never goes back`, () => {
    const start = clock.now();
    let last = start;
    for (let at = 0; at < WATCHED_READINGS && last < start + WATCHED_MS; at++) {
      const now = clock.now();
      assert.ok(now >= last, `${now} ms after ${last} ms`);
      last = now;
    }
  });

  test(`${name}: a timer fires after its delay, by the same clock`, async () => {
    const start = clock.now();
    await wait(clock, 50);
    const elapsed = clock.now() - start;
    assert.ok(elapsed >= 50 - EARLY_MS, `${elapsed} ms`);
  });

  test(`${name}: a timer fires once, and never from inside after`, async () => {
    let count = 0;
    clock.after(0, () => count++);
    assert.equal(count, 0);
    await wait(clock, 20);
    assert.equal(count, 1);
  });

  test(`${name}: timers fire in the order of their delays`, async () => {
    const order: number[] = [];
    for (const delay of [40, 5, 20]) clock.after(delay, () => order.push(delay));
    await wait(clock, 60);
    assert.deepEqual(order, [5, 20, 40]);
  });

  test(`${name}: a cancelled timer does not fire, and cancelling is always harmless`, async () => {
    let count = 0;
    const cancelled = clock.after(5, () => count++);
    const fires = clock.after(5, () => count++);
    cancelled.cancel();
    cancelled.cancel();
    await wait(clock, 20);
    fires.cancel();
    fires.cancel();
    assert.equal(count, 1);
  });

  test(`${name}: a timer may cancel itself and others, and start new ones`, async () => {
    const order: string[] = [];
    const later = clock.after(200, () => order.push("later")); // not due yet when a busy machine is late
    const first = clock.after(5, () => {
      order.push("first");
      first.cancel();
      later.cancel();
      clock.after(0, () => order.push("new"));
    });
    await wait(clock, 300);
    assert.deepEqual(order, ["first", "new"]);
  });

  test(`${name}: a delay of weeks does not fire at once`, async () => {
    let fired = false;
    const weeks = clock.after(60 * 24 * 3_600_000, () => (fired = true));
    await wait(clock, 10);
    weeks.cancel();
    assert.equal(fired, false);
  });
}
