// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { control } from "../support/control.js";
import { count } from "../support/counts.js";
import { amount } from "../support/deep.js";
import { assertEachHappened, formatFaults } from "../support/fault-counts.js";
import { noStorms, ride, shrink, type Storm, stormFrom } from "../support/storms.js";
import type { DeviceOptions } from "../support/whole-device.js";
import { networkSpoils } from "./spoils.js";

const RUNS = amount(300, 5000);
const FILE = "build/node/test/power-loss/network-faults.test.js";
/** One storm alone, as a failure prints it. */
const only = process.env["STORM"];

/** How often each kind of fault must have struck in all runs, and in those with power cuts. */
const LEAST = RUNS / 8;
const LEAST_WITH_CUTS = RUNS / 25;

const counts = noStorms();

after(() => {
  const { runs, updated, failed, messages, happened } = counts;
  count({ faultRuns: runs });
  console.log(
    `network faults: ${runs} runs, ${updated} updated, ${failed} truthfully failed; ${messages} messages; ${formatFaults(happened)}`,
  );
});

/** Why a storm ends badly, if it does. */
function trouble(storm: Storm, spoilt?: Partial<DeviceOptions>): string | undefined {
  try {
    ride(storm, noStorms(), spoilt);
    return undefined;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

/** Rides a storm; a failure tells the least storm that fails, and how to run it alone. */
function rideOrExplain(storm: Storm): void {
  try {
    ride(storm, counts);
  } catch {
    const least = shrink(storm, smaller => trouble(smaller) !== undefined);
    const again = `STORM='${JSON.stringify(least)}' node --test ${FILE}`;
    assert.fail(`${trouble(least) ?? ""}\nto rerun it alone: ${again}`);
  }
}

test("whatever the network and the power do, a device ends updated or truthfully failed, and takes the next job", () => {
  if (only !== undefined) {
    rideOrExplain(JSON.parse(only) as Storm);
    return;
  }
  for (let seed = 1; seed <= RUNS; seed++) rideOrExplain(stormFrom(seed));
  assertEachHappened(counts.happened, LEAST);
  assertEachHappened(counts.withCuts, LEAST_WITH_CUTS);
  assert.ok(counts.updated > RUNS / 10 && counts.failed > RUNS / 10, JSON.stringify(counts));
});

for (const [name, spoil] of Object.entries(networkSpoils)) {
  control(`${name} is caught, and the storm that shows it is a small one`, t => {
    const seeds = Array.from({ length: 200 }, (_, index) => index + 1);
    const found = seeds.map(stormFrom).find(storm => trouble(storm, { spoil }) !== undefined);
    assert.ok(found !== undefined, "no storm shows it");
    const least = shrink(found, smaller => trouble(smaller, { spoil }) !== undefined);
    t.diagnostic(JSON.stringify(least));
    const { length } = [...least.rules, ...least.cuts, ...least.restarts];
    assert.ok(length >= 1 && length <= 3, "it is the storm that shows it, and the least one");
  });
}
