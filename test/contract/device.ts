// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Device } from "xs-ota/pal/device";

const reasons: readonly string[] = ["power-on", "software", "watchdog", "crash", "unknown"];
const DRAWS = 1000;

/** What pal/device.ts promises, but for the restart, which no suite outlives. */
export function describeDevice(name: string, device: Device): void {
  test(`${name}: the reason of the reset is one of those there are, and stays`, () => {
    assert.ok(reasons.includes(device.resetReason), device.resetReason);
    assert.equal(device.resetReason, device.resetReason);
  });

  test(`${name}: random numbers are in [0, 1), and all over it`, () => {
    const tenths = new Set<number>();
    for (let draw = 0; draw < DRAWS; draw++) {
      const number = device.random();
      assert.ok(number >= 0 && number < 1, String(number));
      tenths.add(Math.floor(number * 10));
    }
    assert.equal(tenths.size, 10);
  });
}
