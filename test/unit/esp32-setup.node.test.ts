// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BootControl, PalImageState } from "xs-ota/pal/boot";
import type { Device } from "xs-ota/pal/device";
import { ManualClock } from "xs-ota/test/support/manual-clock";
import { limitTrial, START_MS } from "../../hosts/esp32/trial-limit.js";
import { joinNetwork, type Network } from "../../hosts/esp32/wifi.js";

/* What an ESP32 does before its application starts. Source of what a station tells: Moddable SDK 8.2.3 modules/io/wifi/esp32. */

/** One station, and the network it may join. */
class Air {
  readonly clock = new ManualClock();
  readonly joined: number[] = [];
  attempts = 0;
  errors = 0;
  connection = 200;
  fault: Error | undefined;
  changed = (): void => undefined;

  /** Starts to join. */
  join(): void {
    const { clock } = this;
    joinNetwork({
      WiFi: stationOf(this),
      clock,
      network: { SSID: "desk", password: "secret" },
      onAddress: () => this.joined.push(clock.now()),
      onError: () => this.errors++,
    });
  }

  become(connection: number): void {
    this.connection = connection;
    this.changed();
  }
}

const stationOf = (
  air: Air,
): new (options: { onChanged(): void }) => {
  connect(network: Network): void;
  readonly connection: number;
} =>
  class {
    constructor(options: { onChanged(): void }) {
      air.changed = () => options.onChanged();
    }

    get connection(): number {
      return air.connection;
    }

    connect(network: Network): void {
      assert.deepEqual(network, { SSID: "desk", password: "secret" });
      air.attempts++;
      if (air.fault) throw air.fault;
      air.connection = 300;
    }
  };

test("a network that is not there at the start is tried until it is", () => {
  const air = new Air();
  air.join();
  for (let failures = 0; failures < 100; failures++) {
    air.become(200);
    air.clock.advance(5000);
  }
  assert.equal(air.attempts, 101);
  air.become(400);
  air.become(500);
  assert.deepEqual(air.joined, [500_000]);
});

test("a network that was lost is joined again, by one attempt at a time", () => {
  const air = new Air();
  air.join();
  air.become(500);
  air.become(200);
  air.become(200); // told twice
  air.clock.advance(60_000);
  assert.equal(air.attempts, 2);
  air.become(500);
  assert.equal(air.joined.length, 2);
  assert.equal(air.clock.pending, 0);
});

test("an attempt that throws is told, and made again", () => {
  const air = new Air();
  air.fault = new Error("connect failed");
  air.join();
  air.fault = undefined;
  air.clock.advance(5000);
  assert.deepEqual([air.errors, air.attempts, air.connection], [1, 2, 300]);
});

/** What a device that starts in one state, and is in another at the end of the limit, does by then. */
function restartsAfter(...states: readonly PalImageState[]): number {
  const clock = new ManualClock();
  let restarts = 0;
  let asked = 0;
  limitTrial({
    boot: { imageState: () => states[asked++] ?? "Unknown" } as unknown as BootControl,
    clock,
    device: { restart: () => restarts++ } as unknown as Device,
    limitMs: START_MS,
  });
  clock.advance(START_MS - 1);
  assert.equal(restarts, 0);
  clock.advance(1);
  return restarts;
}

test("an image on trial whose agent never started is given up by a restart", () =>
  assert.equal(restartsAfter("PendingCommit", "PendingCommit"), 1));

test("an image that was committed in time is left alone", () =>
  assert.equal(restartsAfter("PendingCommit", "Valid"), 0));

test("an image that is not on trial is left alone", () => assert.equal(restartsAfter("Valid"), 0));
