// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { OtaError } from "xs-ota/pal/error";
import type { Pal } from "xs-ota/pal/pal";
import {
  AgentBench,
  type BenchOptions,
  BLOCK,
  blockMessage,
  DATA,
  firmware,
  jobMessage,
  JOBS,
  REJECTED,
} from "xs-ota/test/support/agent-bench";
import { amount } from "xs-ota/test/support/deep";
import type { MemoryPal } from "xs-ota/test/support/memory-pal";
import { randomFrom } from "xs-ota/test/support/sim-flash";

/*
 * Whatever happens to an agent, in whatever order, over resets too, it takes the next good job and ends it well.
 */

const EVENTS = amount(100_000, 1_000_000);
/** Events of one walk; then a good job must succeed. */
const WALK = 200;
const BLOCKS = 6;
const SIZE = BLOCKS * BLOCK;
const image = firmware("1.1.0", SIZE);

type Random = () => number;
type Step = (bench: AgentBench, random: Random) => void;

/** A device with what it keeps over resets. Its images have no versions to tell apart, but for the name that the platform gives. */
class WalkingDevice {
  bench = this.#start();
  #before = new Uint8Array(32);
  trials = 0;
  reverts = 0;
  /** Resets in which the bootloader did not come to the end of a switch. */
  stuck = 0;
  /** A number that is 0 when the flash fails. */
  flash: Random;

  constructor(random: Random) {
    this.flash = () => random() % 3;
  }

  #start(kept: BenchOptions = {}): AgentBench {
    const config = { maxNumRequestMomentum: 3, allowDowngrade: true };
    const bench = new AgentBench({ ...kept, config });
    bench.agent.start();
    return bench;
  }

  /** The bootloader, and the image that it starts. */
  reset(): void {
    const { pal, journal } = this.bench;
    const activated = pal.calls.lastIndexOf("activate");
    const isPending = activated >= 0 && pal.calls.indexOf("reset") > activated;
    if (pal.imageState === "PendingCommit") this.#revert(pal);
    else if (isPending || pal.imageState === "Unknown") this.#switch(pal);
    pal.calls.length = 0;
    this.bench = this.#start({ pal, journal });
  }

  #revert(pal: MemoryPal): void {
    pal.ids.running.set(this.#before);
    pal.imageState = "Valid";
    this.reverts++;
  }

  #switch(pal: MemoryPal): void {
    pal.imageState = "Unknown";
    if (this.flash() === 0) {
      this.stuck++;
      return;
    }
    const { running, spare } = pal.ids;
    this.#before = running.slice();
    running.set(spare);
    spare.fill(++this.trials & 0xff, 0, 16);
    pal.imageState = "PendingCommit";
  }

  /** Restarts when the agent has asked for it. */
  settle(): void {
    if (this.bench.pal.calls.includes("reset")) this.reset();
  }
}

const pick = <T>(random: Random, from: readonly T[]): T => from[random() % from.length] as T;
const any = (random: Random, below: number): number => random() % below;

/** Runs what the application may not do in every state. */
function attempt(run: () => void): void {
  try {
    run();
  } catch (error) {
    const expected = ["state-invalid", "flash-failed"];
    if (!(error instanceof OtaError) || !expected.includes(error.code)) throw error;
  }
}

const jobs = ["AFR_OTA-j", "other", "third"];
const failing: readonly (keyof Pal)[] = [
  "createFile",
  "writeBlock",
  "closeFile",
  "activate",
  "abort",
  "readBlock",
  "identify",
  "getPlatformImageState",
  "setPlatformImageState",
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
  update: (bench, random) => {
    bench.job(jobMessage(SIZE, { jobId: pick(random, jobs) }));
    bench.blocks(image);
    attempt(() => bench.agent.activate());
  },
  accept: bench => attempt(() => bench.agent.setImageState("Accepted")),
  check: bench => attempt(() => bench.agent.checkForUpdate()),
  shutdown: bench => void bench.agent.shutdown(),
  shutdownInTime: bench => void bench.agent.shutdown({ timeoutMs: 30_000 }),
  start: bench => bench.agent.start(),
  failure: (bench, random) =>
    void bench.pal.failures.set(pick(random, failing), new OtaError("flash-failed", "on purpose")),
  journalFailure: bench => {
    bench.journal.failure = new OtaError("flash-failed", "on purpose");
  },
  fullBuffer: (bench, random) => {
    bench.mqtt.refusals = any(random, 4);
  },
};
const names = [...Object.keys(steps), "reset"];
const wanted = [
  "WaitingForJob",
  "WaitingForFileBlock",
  "ClosingFile",
  "Suspended",
  "ShuttingDown",
  "Stopped",
];

/** A cloud, a network and an application that do what they should bring the job to its activation. */
function receives(device: WalkingDevice): boolean {
  for (let round = 0; round < 100; round++) {
    const { bench } = device;
    for (const jobId of [...jobs, "c", "good"]) bench.reply(true, jobId);
    if (bench.pal.imageState === "PendingCommit") bench.agent.setImageState("Accepted");
    if (bench.agent.state !== "ClosingFile") bench.job(jobMessage(SIZE, { jobId: "good" }));
    bench.blocks(image);
    const isGood = bench.mqtt
      .take()
      .some(line => line.includes("/jobs/good/update") && line.includes("ready"));
    if (isGood && bench.agent.state === "ClosingFile") return true;
    bench.mqtt.deliver(`${JOBS}/notify-next`, jobMessage(SIZE, { jobId: "good" }));
    bench.clock.advance(20_000);
    device.settle();
  }
  return false;
}

/** After the walk one good job must be received, started, accepted and reported. */
function succeeds(device: WalkingDevice): boolean {
  const { bench } = device;
  device.flash = () => 1;
  bench.pal.failures.clear();
  bench.journal.failure = undefined;
  bench.mqtt.refusals = 0;
  // no more than that: an agent that a new connection would help is found, too
  if (!bench.mqtt.connected) bench.mqtt.connect();
  if (bench.agent.state === "ShuttingDown") bench.agent.shutdown();
  bench.agent.start();
  attempt(() => bench.agent.resume());
  if (!receives(device)) return false;
  assert.deepEqual(bench.pal.bytes, image);
  device.bench.agent.activate();
  device.settle();
  const { agent, mqtt } = device.bench;
  device.bench.job(jobMessage(SIZE, { jobId: "good", statusDetails: { self_test: "ready" } }));
  device.bench.reply(true, "good");
  agent.setImageState("Accepted");
  return mqtt.take().some(line => line.includes("/jobs/good/update") && /SUCCEEDED/.test(line));
}

test("no order of events leaves the agent unable to take the next job and to end it well", t => {
  const happened = new Map<string, number>();
  const states = new Set<string>();
  const seen = { events: 0, walks: 0, trials: 0, reverts: 0, stuck: 0 };
  for (let seed = 1; seen.events < EVENTS; seed++) {
    const random = randomFrom(seed);
    const device = new WalkingDevice(random);
    for (let step = 0; step < WALK; step++, seen.events++) {
      const name = pick(random, names);
      if (name === "reset") device.reset();
      else steps[name]?.(device.bench, random);
      device.settle();
      happened.set(name, (happened.get(name) ?? 0) + 1);
      states.add(device.bench.agent.state);
    }
    seen.trials += device.trials;
    seen.reverts += device.reverts;
    seen.stuck += device.stuck;
    assert.ok(succeeds(device), `walk ${seed} ends in ${device.bench.agent.state}`);
    seen.walks++;
  }
  assert.equal(happened.size, names.length, "everything happened");
  for (const state of wanted) assert.ok(states.has(state), state);
  assert.ok(Math.min(seen.trials, seen.reverts, seen.stuck) > 20, JSON.stringify(seen));
  t.diagnostic(`${JSON.stringify(seen)}, events of ${names.length} kinds`);
});
