// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { faultKinds, type FaultPlan } from "xs-ota/cloud/faults/faults";
import { rigGeometries, type RigGeometry } from "./boot-rig.js";
import { addFaults, type FaultCounts } from "./fault-counts.js";
import { assertNoViolations } from "./power-loss.js";
import { randomFrom } from "./sim-flash.js";
import { PowerLoss, type Tear, tears } from "./sim-power.js";
import {
  assertGoodBoots,
  assertWholeJournal,
  JOB,
  runningName,
  type Stage,
  stageFor,
  updateOnceMore,
  updateStories,
  watchBoots,
} from "./update-stories.js";
import type { DeviceOptions, Run, WholeDevice } from "./whole-device.js";

type Rule = FaultPlan["rules"][number];

/** All that goes wrong in one run of a whole update. What happens follows from it alone. */
export interface Storm {
  readonly seed: number;
  /** Name of a story. */
  readonly story: string;
  /** Name of a geometry. */
  readonly geometry: string;
  readonly rules: readonly Rule[];
  /** In each life in turn: the flash operation in which power fails, counted from power-on, and how. */
  readonly cuts: readonly { readonly operation: number; readonly tear: Tear }[];
  /** After so many messages the cloud's process ends, and starts again. */
  readonly restarts: readonly number[];
}

export type Verdict = "updated" | "failed";

/** Virtual time after which nothing goes wrong any more. */
const UNTIL_MS = 15 * 60_000;

const topics = ["*", "streams/*", "jobs/*", "http"] as const;
const directions = [undefined, "to-device", "to-cloud"] as const;
const likelihoods = [0.02, 0.1, 0.3, 0.6] as const;

export type Random = () => number;
export const pick = <T>(random: Random, from: readonly T[]): T => from[random() % from.length] as T;
export const list = <T>(random: Random, most: number, make: () => T): T[] =>
  Array.from({ length: random() % (most + 1) }, make);

export function ruleFrom(random: Random): Rule {
  const direction = pick(random, directions);
  return {
    kind: pick(random, faultKinds),
    topic: pick(random, topics),
    probability: pick(random, likelihoods),
    delayMs: pick(random, [20, 900, 12_000]),
    ...(direction !== undefined && { direction }),
    ...(random() % 3 === 0 && { times: 1 + (random() % 5) }),
  };
}

/** Stories without an operator in the middle: what they end with does not hang on the moment. */
const stormy = updateStories.filter(({ meanwhile }) => meanwhile === undefined);
const small = rigGeometries.filter(({ a, b }) => Math.max(a.blockSize, b.blockSize) === 4096);

/** The story, or the one with URLs where a rule has them expire. */
export const storyUnder = <Name>(rules: readonly Rule[], overHttp: Name, story: Name): Name =>
  rules.some(({ kind }) => kind === "expire") ? overHttp : story;

export function stormFrom(seed: number): Storm {
  const random = randomFrom(seed);
  const rules = [ruleFrom(random), ...list(random, 3, () => ruleFrom(random))];
  return {
    seed,
    story: storyUnder(rules, "an update over HTTP", pick(random, stormy).name),
    geometry: pick(random, small).name,
    rules,
    cuts: list(random, 3, () => ({ operation: 1 + (random() % 90), tear: pick(random, tears) })),
    restarts: list(random, 2, () => 1 + (random() % 80)),
  };
}

/** What a run counted. */
export interface StormCounts {
  runs: number;
  updated: number;
  failed: number;
  messages: number;
  /** What happened in all runs, and in those in which power was cut as well. */
  readonly happened: FaultCounts;
  readonly withCuts: FaultCounts;
}

export const noStorms = (): StormCounts => ({
  ...{ runs: 0, updated: 0, failed: 0, messages: 0 },
  ...{ happened: {}, withCuts: {} },
});

/**
 * Runs a whole update through a storm, lets the weather clear, and asserts that the device came to rest updated or truthfully
 * failed, and takes the next job. @throws when it did not.
 */
export function ride(storm: Storm, counts: StormCounts, spoilt: Partial<DeviceOptions> = {}): void {
  const story = stormy.find(({ name }) => name === storm.story);
  const geometry = small.find(({ name }) => name === storm.geometry);
  assert.ok(story !== undefined && geometry !== undefined, "an unknown story or geometry");
  const stage = stageUnder(storm, story, geometry, spoilt);
  const { device } = stage;
  const { run, cuts } = runThrough(device, storm);
  assertWholeJournal(device);
  counts[truthOf(stage, device, run, storm)]++;
  counts.runs++;
  counts.messages += device.cloud.carried;
  const happened = { ...device.cloud.struck, "power cut": cuts };
  addFaults(counts.happened, happened);
  if (cuts > 0) addFaults(counts.withCuts, happened);
  const calm = device.fork(device.flash, { weather: { rules: [] } });
  updateOnceMore(calm, stage.images);
  assertNoViolations(device.flash);
}

function stageUnder(
  { seed, rules, restarts }: Storm,
  story: (typeof stormy)[number],
  geometry: RigGeometry,
  spoilt: Partial<DeviceOptions>,
): Stage {
  const { images } = stageFor(story, geometry);
  const weather = { seed, rules: [...rules], restarts, until: UNTIL_MS };
  return stageFor(story, geometry, { weather, onBoot: watchBoots(images), ...spoilt });
}

/** Lives through the cuts, one after another, and then until it rests. */
function runThrough(device: WholeDevice, { seed, cuts }: Storm): { run: Run; cuts: number } {
  const { power } = device.flash.a;
  let cut = 0;
  for (const { operation, tear } of cuts) {
    power.failAt(operation, tear, seed);
    try {
      assertGoodBoots(device.run());
    } catch (error) {
      if (!(error instanceof PowerLoss)) throw error;
      cut++;
    } finally {
      power.restore();
    }
  }
  const run = device.run();
  assertGoodBoots(run);
  return { run, cuts: cut };
}

/** The job is over, and says what is true of the image that runs. */
function truthOf(
  { story, images, runs }: Stage,
  device: WholeDevice,
  run: Run,
  { rules }: Storm,
): Verdict {
  const name = runningName(run, images);
  const { status, detail } = device.cloud.status(JOB);
  const isUpdated = story.ends[0]?.runs === name && name !== runs && status === "SUCCEEDED";
  const isFailed = name === runs && /^(FAILED|REJECTED)$/.test(status);
  assert.ok(isUpdated || isFailed, `"${name}" runs, and the job says ${status} ${detail}`);
  // A bit that flips in the name of a detail takes the detail away, and the cloud cannot know.
  const mayLoseDetail = rules.some(
    rule => rule.kind === "corrupt" && rule.direction !== "to-device",
  );
  assert.ok(detail !== "" || mayLoseDetail, `${status} without a reason`);
  return isUpdated ? "updated" : "failed";
}

/** A smaller storm that fails as well, as long as there is one: less of everything, one thing at a time. */
export function shrink(storm: Storm, fails: (smaller: Storm) => boolean): Storm {
  const smaller = smallerThan(storm).find(fails);
  return smaller === undefined ? storm : shrink(smaller, fails);
}

const without = <T>(from: readonly T[]): T[][] =>
  from.map((_, index) => from.filter((_, other) => other !== index));

const replaced = <T>(from: readonly T[], at: number, by: T): T[] =>
  from.map((item, index) => (index === at ? by : item));

function smallerThan(storm: Storm): readonly Storm[] {
  const { cuts, rules, restarts } = storm;
  const tamer = cuts.flatMap(({ operation, tear }, index) =>
    tears
      .slice(0, tears.indexOf(tear))
      .map(less => replaced(cuts, index, { operation, tear: less })),
  );
  return [
    ...without(rules).map(fewer => ({ ...storm, rules: fewer })),
    ...without(cuts).map(fewer => ({ ...storm, cuts: fewer })),
    ...without(restarts).map(fewer => ({ ...storm, restarts: fewer })),
    ...rules.flatMap((rule, index) =>
      rule.times === 1 ? [] : [{ ...storm, rules: replaced(rules, index, { ...rule, times: 1 }) }],
    ),
    ...tamer.map(less => ({ ...storm, cuts: less })),
  ];
}
