// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { SignedImage } from "xs-ota/cli/firmware";
import type { DataProtocol } from "xs-ota/job/document";
import type { Stage, StageFirmware } from "xs-ota/cli/demo/stage";
import { addFaults, type FaultCounts } from "./fault-counts.js";
import { randomFrom } from "./sim-flash.js";
import { outcomeOf } from "./stage.js";
import {
  list,
  pick,
  type Random,
  ruleFrom,
  type Storm,
  storyUnder,
  type Verdict,
} from "./storms.js";

/** Short waits, so that a device that hears nothing asks again soon. */
const agent = { fileRequestWaitMs: 400, maxNumRequestMomentum: 8, selfTestResponseWaitMs: 3000 };

/** What is deployed to a device that runs 1.0.0; all but the last two may succeed. */
const stories = Object.freeze({
  "an update": { version: "2.0.0", config: { agent } },
  "an update over HTTP": { version: "2.1.0", config: { agent } },
  "an image that is never accepted": { version: "2.2.0", config: { agent, selfTest: "never" } },
  "an image by a stranger": { version: "2.3.0", config: { agent }, signer: "stranger" },
} as const satisfies Record<string, StageFirmware>);

type StoryName = keyof typeof stories;
const storyNames = Object.keys(stories) as StoryName[];

/** All that goes wrong in one update of a real device. Time is real: two runs of a storm are alike, not the same. */
export interface DeskStorm extends Pick<Storm, "seed" | "rules"> {
  readonly story: StoryName;
  /** What happens, by milliseconds after the job was made. */
  readonly strokes: readonly { readonly atMs: number; readonly what: "restart" | "power cut" }[];
}

/** After so long nothing goes wrong any more. */
const STORM_MS = 6000;
const MAX_DELAY_MS = 1000;

const momentFrom = (random: Random): number => random() % STORM_MS;

/** The storm of a seed: the broker is restarted and the device loses its power, each at least once. */
export function deskStormFrom(seed: number): DeskStorm {
  const random = randomFrom(seed);
  const rules = [ruleFrom(random), ...list(random, 2, () => ruleFrom(random))];
  const strokes = (["restart", "power cut"] as const).flatMap(what =>
    [momentFrom(random), ...list(random, 1, () => momentFrom(random))].map(atMs => ({
      atMs,
      what,
    })),
  );
  return {
    seed,
    story: storyUnder(rules, "an update over HTTP", pick(random, storyNames)),
    rules: rules.map(rule => ({ ...rule, delayMs: Math.min(rule.delayMs ?? 0, MAX_DELAY_MS) })),
    strokes: strokes.sort((one, other) => one.atMs - other.atMs),
  };
}

/** The firmware of the storms. */
export interface DeskImages {
  readonly old: SignedImage;
  readonly last: SignedImage;
  readonly of: Readonly<Record<StoryName, SignedImage>>;
}

export function makeDeskImages(stage: Stage): DeskImages {
  const make = (firmware: StageFirmware): SignedImage => stage.makeFirmware(firmware);
  const made = storyNames.map(name => [name, make(stories[name])] as const);
  return {
    old: make({ version: "1.0.0", config: { agent } }),
    last: make({ version: "3.0.0", config: { agent } }),
    of: Object.fromEntries(made) as DeskImages["of"],
  };
}

/** Switches the device off and on. A control may do worse. */
type PowerCut = (stage: Stage) => Promise<void>;

export const cutPower: PowerCut = async stage => {
  await stage.switchOff();
  stage.switchOn();
};

/** What starts when the power was cut. */
async function versionAfterPowerCut(stage: Stage, cut: PowerCut): Promise<string> {
  const first = stage.console.lines.length;
  await cut(stage);
  const [, version = ""] = await stage.console.waitFor(/runs (\d+\.\d+\.\d+)/, first);
  return version;
}

/**
 * A new device, the desk cloud's real broker, and one update through a storm. Then the weather clears, and the device must come to rest
 * updated or truthfully failed, and take the next job. @param happened takes what the storm did @throws when it does not.
 */
export async function rideAtDesk(
  stage: Stage,
  images: DeskImages,
  storm: DeskStorm,
  happened: FaultCounts,
  cut = cutPower,
): Promise<Verdict> {
  await stage.switchOff();
  await stage.restartCloud({ seed: storm.seed, rules: [...storm.rules] });
  stage.installDevice(images.old);
  const protocols: readonly DataProtocol[] =
    storm.story === "an update over HTTP" ? ["HTTP"] : ["MQTT"];
  const jobId = await stage.deploy(images.of[storm.story], protocols);
  await strike(stage, storm, happened, cut);
  addFaults(happened, stage.cloud.faults.struck);
  await stage.restartCloud();
  const verdict = await truthOf(stage, storm, jobId, cut);
  const { status, details } = await outcomeOf(stage, await stage.deploy(images.last));
  assert.equal(status, "SUCCEEDED", `the next job: ${JSON.stringify(details)}`);
  return verdict;
}

/** What the storm does, each at its time. */
async function strike(
  stage: Stage,
  { seed, rules, strokes }: DeskStorm,
  happened: FaultCounts,
  cut: PowerCut,
): Promise<void> {
  const began = performance.now();
  const until = (atMs: number): Promise<void> =>
    sleep(Math.max(0, began + atMs - performance.now()));
  for (const { atMs, what } of strokes) {
    await until(atMs);
    addFaults(happened, { [what]: 1 });
    if (what === "power cut") {
      await cut(stage);
      continue;
    }
    addFaults(happened, stage.cloud.faults.struck);
    await stage.restartCloud({ seed: seed + atMs, rules: [...rules] });
  }
  await until(STORM_MS);
}

/** The job is over, and says what is true of the version that starts. */
async function truthOf(
  stage: Stage,
  { story }: DeskStorm,
  jobId: string,
  cut: PowerCut,
): Promise<Verdict> {
  const { status, details } = await outcomeOf(stage, jobId);
  const version = await versionAfterPowerCut(stage, cut);
  const isUpdated = status === "SUCCEEDED" && version === stories[story].version;
  const isFailed = /^(FAILED|REJECTED)$/.test(status) && version === "1.0.0";
  const said = `${status} ${JSON.stringify(details)}`;
  assert.ok(isUpdated || isFailed, `${version} runs, and the job says ${said}`);
  return isUpdated ? "updated" : "failed";
}
