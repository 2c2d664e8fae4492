// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatSum, missedGoals, sumUp } from "xs-ota/test/support/counts";

const lines = [
  { cuts: 2000, secondCuts: 999 },
  { inputs: { MQTT: 5000 } },
  { cuts: 1, controls: 1 },
  { inputs: { HTTP: 400 }, faultRuns: 7 },
  { updates: 3, controls: 1 },
].map(counts => `${JSON.stringify(counts)}\n`);
const counts = sumUp(lines.join(""));

test("a run's line has the sums, and the inputs of the parser that had the fewest", () => {
  assert.equal(
    formatSum(counts),
    "3,000 power cuts, 999 of them in a recovery from a cut; 7 network-fault runs; " +
      "400 inputs or more for each of 2 parsers; 3 updates in a row; 2 controls caught",
  );
});

test("a goal that one parser, or a harness, does not reach is missed", () => {
  assert.deepEqual(missedGoals(counts, { cuts: 3000, faultRuns: 7, inputs: 400 }), []);
  assert.deepEqual(missedGoals(counts, { cuts: 3001, faultRuns: 8, inputs: 401 }), [
    "cuts",
    "faultRuns",
    "inputs",
  ]);
});

test("a run in which no parser was tried misses the goal", () => {
  const none = sumUp(JSON.stringify({ cuts: 1 }));
  assert.deepEqual(missedGoals(none, { cuts: 1, faultRuns: 0, inputs: 1 }), ["inputs"]);
});
