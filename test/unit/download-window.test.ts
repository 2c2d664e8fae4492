// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { RequestWindow } from "xs-ota/download/window";

/** Asks for a whole window at `from`, and gets it, one block each `gap` milliseconds. @returns when the last came. */
function roundTrip(window: RequestWindow, from: number, gap: number): number {
  window.onRequested(window.size, from);
  let now = from;
  while (!window.isDrained) window.onBlock((now += gap));
  return now;
}

test("a window begins with one block and doubles with each that comes whole, up to the most", () => {
  const window = new RequestWindow(10, 10_000);
  const sizes = [window.size];
  for (let round = 0; round < 6; round++) {
    roundTrip(window, 0, 1);
    sizes.push(window.size);
  }
  assert.deepEqual(sizes, [1, 2, 4, 8, 10, 10, 10]);
});

test("a window that may only be one block stays so", () => {
  const window = new RequestWindow(1, 10_000);
  roundTrip(window, 0, 1);
  assert.equal(window.size, 1);
});

test("a loss halves the window, down to one block, and nothing is outstanding then", () => {
  const window = new RequestWindow(8, 10_000);
  for (let round = 0; round < 3; round++) roundTrip(window, 0, 1);
  const sizes: number[] = [];
  for (let loss = 0; loss < 4; loss++) {
    window.onRequested(window.size, 0);
    window.onLoss();
    assert.ok(window.isDrained);
    sizes.push(window.size);
  }
  assert.deepEqual(sizes, [4, 2, 1, 1]);
});

test("a window is drained when every block that was asked for has come", () => {
  const window = new RequestWindow(8, 10_000);
  assert.ok(window.isDrained);
  window.onRequested(3, 0);
  window.onBlock(1);
  window.onBlock(2);
  assert.ok(!window.isDrained);
  window.onBlock(3);
  assert.ok(window.isDrained);
});

test("a late block of an earlier request opens the window no further", () => {
  const window = new RequestWindow(8, 10_000);
  roundTrip(window, 0, 1);
  window.onBlock(5);
  assert.deepEqual([window.size, window.isDrained], [2, true]);
});

test("while nothing is known of the pace, the wait is the longest", () => {
  assert.equal(new RequestWindow(8, 10_000).waitMs, 10_000);
});

test("the wait is eight times the time between blocks", () => {
  const window = new RequestWindow(8, 10_000);
  for (let round = 0, now = 0; round < 20; round++) now = roundTrip(window, now, 100);
  assert.equal(window.waitMs, 800);
});

test("the wait is never shorter than half a second, nor longer than the longest", () => {
  const fast = new RequestWindow(8, 10_000);
  roundTrip(fast, 0, 1);
  assert.equal(fast.waitMs, 500);
  const slow = new RequestWindow(8, 10_000);
  roundTrip(slow, 0, 9_000);
  assert.equal(slow.waitMs, 10_000);
});

test("one block that is late moves the wait by an eighth", () => {
  const window = new RequestWindow(1, 100_000);
  roundTrip(window, roundTrip(window, 0, 800), 1600);
  assert.equal(window.waitMs, 8 * 900);
});

test("after a loss the pace is unknown again", () => {
  const window = new RequestWindow(8, 10_000);
  roundTrip(window, 0, 100);
  window.onLoss();
  assert.equal(window.waitMs, 10_000);
});
