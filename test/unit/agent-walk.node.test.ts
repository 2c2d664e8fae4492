// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { OtaError } from "xs-ota/pal/error";
import type { Pal } from "xs-ota/pal/pal";
import {
  AgentBench,
  BLOCK,
  blockMessage,
  DATA,
  firmware,
  jobMessage,
  JOBS,
  REJECTED,
} from "xs-ota/test/support/agent-bench";
import { amount } from "xs-ota/test/support/deep";
import { randomFrom } from "xs-ota/test/support/sim-flash";

/*
 * Whatever happens to an agent, in whatever order, it takes the next good job.
 */

const EVENTS = amount(100_000, 1_000_000);
/** Events of one walk; then a good job must succeed. */
const WALK = 200;
const BLOCKS = 6;
const SIZE = BLOCKS * BLOCK;
const image = firmware("1.1.0", SIZE);

type Random = () => number;
type Step = (bench: AgentBench, random: Random) => void;

const pick = <T>(random: Random, from: readonly T[]): T => from[random() % from.length] as T;
const any = (random: Random, below: number): number => random() % below;

/** Runs what the application may not do in every state. */
function attempt(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof OtaError) || error.code !== "state-invalid") throw error;
  }
}

const jobs = ["AFR_OTA-j", "other", "third"];
const failing: readonly (keyof Pal)[] = [
  "createFile",
  "writeBlock",
  "closeFile",
  "activate",
  "abort",
];
const statuses = [200, 206, 302, 403, 404, 500];
const http = { protocols: ["HTTP"], file: { update_data_url: "https://u" } };

/** What can happen, by name, so that a test can see that all of it did. */
const steps: Readonly<Record<string, Step>> = {
  job: (bench, random) => bench.job(jobMessage(SIZE, { jobId: pick(random, jobs) })),
  httpJob: (bench, random) => bench.job(jobMessage(SIZE, { jobId: pick(random, jobs), ...http })),
  noJob: bench => bench.mqtt.deliver(`${JOBS}/notify-next`, { execution: {} }),
  malformedJob: bench => bench.job(jobMessage(0)),
  customJob: bench => bench.job({ execution: { jobId: "c", jobDocument: {} } }),
  selfTestJob: bench => bench.job(jobMessage(SIZE, { statusDetails: { self_test: "active" } })),
  garbage: (bench, random) => bench.mqtt.deliver(DATA, Uint8Array.of(any(random, 256), 0xff)),
  block: (bench, random) => bench.mqtt.deliver(DATA, blockMessage(image, any(random, BLOCKS))),
  blocks: bench => bench.blocks(image),
  otherBlock: bench => bench.mqtt.deliver(DATA, blockMessage(image, 0, 7)),
  refusal: bench => bench.mqtt.deliver(REJECTED, Uint8Array.of(0xa0)),
  range: bench => {
    if (bench.http.isBusy) bench.http.serve(image);
  },
  httpError: (bench, random) => {
    if (bench.http.isBusy) bench.http.answer({ status: pick(random, statuses) });
  },
  accepted: (bench, random) => bench.reply(true, pick(random, jobs)),
  refused: (bench, random) => bench.reply(false, pick(random, jobs)),
  throttled: (bench, random) => bench.reply(false, pick(random, jobs), "RequestThrottled"),
  time: (bench, random) => bench.clock.advance(any(random, 40_000)),
  disconnect: bench => bench.mqtt.disconnect(),
  connect: bench => bench.mqtt.connect(),
  suspend: bench => attempt(() => bench.agent.suspend()),
  resume: bench => attempt(() => bench.agent.resume()),
  activate: bench => attempt(() => bench.agent.activate()),
  abort: bench => attempt(() => bench.agent.setImageState("Aborted")),
  accept: bench => attempt(() => bench.agent.setImageState("Accepted")),
  check: bench => attempt(() => bench.agent.checkForUpdate()),
  shutdown: bench => void bench.agent.shutdown(),
  shutdownInTime: bench => void bench.agent.shutdown({ timeoutMs: 30_000 }),
  start: bench => bench.agent.start(),
  failure: (bench, random) =>
    void bench.pal.failures.set(pick(random, failing), new OtaError("flash-failed", "on purpose")),
};
const names = Object.keys(steps);

/** After the walk: a cloud and a network that do what they should, and one good job. */
function succeeds(bench: AgentBench): boolean {
  bench.pal.failures.clear();
  bench.mqtt.connect();
  if (bench.agent.state === "ShuttingDown") bench.agent.shutdown();
  bench.agent.start();
  attempt(() => bench.agent.resume());
  for (let round = 0; round < 100; round++) {
    for (const jobId of [...jobs, "c", "good"]) bench.reply(true, jobId);
    if (bench.agent.state !== "ClosingFile") bench.job(jobMessage(SIZE, { jobId: "good" }));
    bench.blocks(image);
    const isGood = bench.mqtt
      .take()
      .some(line => line.includes("/jobs/good/update") && line.includes("ready"));
    if (isGood && bench.agent.state === "ClosingFile") return true;
    bench.mqtt.deliver(`${JOBS}/notify-next`, jobMessage(SIZE, { jobId: "good" }));
    bench.clock.advance(20_000);
  }
  return false;
}

test("no order of events leaves the agent unable to take the next job", t => {
  const happened = new Map<string, number>();
  const states = new Set<string>();
  let events = 0;
  for (let seed = 1; events < EVENTS; seed++) {
    const random = randomFrom(seed);
    const bench = new AgentBench({ config: { maxNumRequestMomentum: 3 } });
    bench.agent.start();
    for (let step = 0; step < WALK; step++, events++) {
      const name = pick(random, names);
      steps[name]?.(bench, random);
      happened.set(name, (happened.get(name) ?? 0) + 1);
      states.add(bench.agent.state);
    }
    assert.ok(succeeds(bench), `walk ${seed} ends in ${bench.agent.state}`);
    assert.deepEqual(bench.pal.bytes, image, `walk ${seed}`);
  }
  assert.equal(happened.size, names.length, "everything happened");
  for (const state of [
    "WaitingForJob",
    "WaitingForFileBlock",
    "ClosingFile",
    "Suspended",
    "ShuttingDown",
    "Stopped",
  ]) {
    assert.ok(states.has(state), state);
  }
  t.diagnostic(`${events} events of ${names.length} kinds, ${EVENTS / WALK} good jobs`);
});
