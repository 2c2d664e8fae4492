// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { faultKinds } from "xs-ota/cloud/faults/faults";
import { control } from "../support/control.js";
import { count } from "../support/counts.js";
import { amount } from "../support/deep.js";
import { ride, shrink, type Storm, type StormCounts, stormFrom } from "../support/storms.js";
import type { DeviceOptions } from "../support/whole-device.js";
import { networkSpoils } from "./spoils.js";

const RUNS = amount(300, 5000);
const FILE = "build/node/test/power-loss/network-faults.test.js";
/** One storm alone, as a failure prints it. */
const only = process.env["STORM"];

const noCounts = (): StormCounts => ({ runs: 0, updated: 0, failed: 0, messages: 0, cuts: 0 });
const counts = noCounts();

after(() => {
  const { runs, updated, failed, messages, cuts } = counts;
  count({ faultRuns: runs });
  console.log(
    `network faults: ${runs} runs, ${updated} updated, ${failed} truthfully failed; ${messages} messages, ${cuts} power cuts`,
  );
});

/** Why a storm ends badly, if it does. */
function trouble(storm: Storm, spoilt?: Partial<DeviceOptions>): string | undefined {
  try {
    ride(storm, noCounts(), spoilt);
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
  const kinds = new Set<string>();
  for (let seed = 1; seed <= RUNS; seed++) {
    const storm = stormFrom(seed);
    for (const { kind } of storm.rules) kinds.add(kind);
    rideOrExplain(storm);
  }
  assert.equal(kinds.size, faultKinds.length, "every kind of fault was there");
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
    assert.ok(length >= 1 && length <= 2, "it is the storm that shows it, and the least one");
  });
}
