// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { backoffMs } from "xs-ota/pal/backoff";
import { AgentBench, JOBS } from "xs-ota/test/support/agent-bench";

test("the wait doubles with each attempt, up to 64 times the first", () => {
  const waits = [0, 1, 2, 5, 6, 7, 1000].map(attempt => backoffMs(attempt, 1000, 1));
  assert.deepEqual(waits, [1000, 2000, 4000, 32_000, 64_000, 64_000, 64_000]);
});

test("chance spreads the wait over its upper half", () => {
  assert.deepEqual(
    [0, 0.5, 1].map(random => backoffMs(1, 1000, random)),
    [1000, 1500, 2000],
  );
});

test("requests for a job that are not answered come further and further apart", () => {
  const bench = new AgentBench();
  bench.agent.start();
  const at: number[] = [];
  for (let second = 1; second <= 200; second++) {
    bench.mqtt.take();
    bench.clock.advance(1000);
    if (bench.mqtt.take().some(line => line.includes("$next/get"))) at.push(second);
  }
  assert.deepEqual(at, [10, 30, 70, 150]);
});

test("a request for a job that the cloud refuses is made again, not at once", () => {
  const bench = new AgentBench();
  bench.agent.start();
  bench.mqtt.take();
  bench.mqtt.deliver(`${JOBS}/$next/get/rejected`, { code: "RequestThrottled" });
  bench.clock.advance(9_000);
  assert.deepEqual(bench.mqtt.take(), []);
  bench.clock.advance(1_000);
  assert.ok(bench.mqtt.take().some(line => line.includes("$next/get")));
});

test("an answer brings the wait back to the first", () => {
  const bench = new AgentBench();
  bench.agent.start();
  bench.clock.advance(60_000);
  bench.job({ timestamp: 1 });
  bench.agent.checkForUpdate();
  bench.mqtt.take();
  bench.clock.advance(10_000);
  assert.ok(bench.mqtt.take().some(line => line.includes("$next/get")));
});
