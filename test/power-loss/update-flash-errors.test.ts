// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { OtaError } from "xs-ota/pal/error";
import { FlashJournal } from "xs-ota/pal/flash/journal";
import type { Journal } from "xs-ota/pal/journal";
import { rigGeometries, type RigGeometry } from "../support/boot-rig.js";
import type { SimFlash } from "../support/sim-flash.js";
import {
  assertTruth,
  type Ending,
  JOB,
  runningName,
  stageFor,
  type Stage,
  updateOnceMore,
  type UpdateStory,
  updateStories,
  watchBoots,
} from "../support/update-stories.js";
import {
  deployed,
  type DeviceOptions,
  type Run,
  type Spoil,
  type WholeDevice,
} from "../support/whole-device.js";

/*
 * A flash that fails under the bootloader or the journal, once or for good, in the middle of a whole update: what the job says is true,
 * and stays so over the next resets.
 */

type FlashFailure = NonNullable<DeviceOptions["flashFailure"]>;

const [geometry] = rigGeometries as readonly [RigGeometry];
const [firstStory] = updateStories as readonly [UpdateStory];
/** The job may fail when the flash does. */
const story: UpdateStory = {
  ...firstStory,
  ends: [...firstStory.ends, { runs: "old", says: /^FAILED image-reverted: / }],
};

/** In which boot the slots change places. */
const SWAP = 2;

/** @param onBoot takes the number of flash accesses of each boot */
function stageOn(flashFailure: FlashFailure, onBoot?: (accesses: number) => void): Stage {
  const { images } = stageFor(story, geometry);
  return stageFor(story, geometry, {
    flashFailure,
    onBoot: (device, report) => {
      onBoot?.(report.accesses);
      watchBoots(images)(device, report);
    },
  });
}

/** Runs the device, and resets it as often as that. */
function runAgain({ device }: Pick<Stage, "device">, resets: number): Run {
  let run = device.run();
  for (let reset = 0; reset < resets; reset++) run = device.run();
  return run;
}

/** Updates on a flash that fails so, and resets it until it fails no more. */
function updateOn(flashFailure: FlashFailure, resets: number): Ending {
  const stage = stageOn(flashFailure);
  const ending = assertTruth(stage, stage.device, runAgain(stage, resets));
  const later = assertTruth(stage, stage.device, runAgain(stage, 2));
  assert.equal(later.runs, ending.runs, "another image runs than the job said");
  updateOnceMore(stage.device, stage.images);
  return ending;
}

/** How many accesses each boot has. */
function countAccesses(): readonly number[] {
  const counts: number[] = [];
  runAgain(
    stageOn(
      () => ({}),
      accesses => counts.push(accesses),
    ),
    1,
  );
  return counts;
}

for (const boot of [SWAP, SWAP + 1]) {
  test(`whichever access of boot ${boot} to the flash fails once, the job says what is true`, () => {
    const accesses = countAccesses()[boot - 1] ?? 0;
    const seen = new Set<string>();
    for (let failsAt = 1; failsAt <= accesses; failsAt++) {
      seen.add(updateOn(at => (at === boot ? { failsAt } : {}), 2).runs);
    }
    assert.ok(accesses > 20 && seen.has("new"), `${accesses} accesses`);
  });
}

for (const block of [0, 1]) {
  test(`block ${block} fails in the swap, and heals after some resets: the job says what is true`, () => {
    const failing = (boot: number): boolean => boot >= SWAP && boot < SWAP + 5;
    updateOn(boot => (failing(boot) ? { failingErase: { slot: "a", block } } : {}), 6);
  });
}

for (const [verdict, sick, says] of [
  ["accepted", [], /^SUCCEEDED accepted/],
  [
    "never accepted",
    ["2.0.0"],
    /^FAILED image-reverted: .*stays, for there is no other: not accepted/,
  ],
] as const) {
  test(`a block of slot-b fails for good in the swap, the new image is ${verdict}: it runs without a fallback, and the job says so`, () => {
    const worn = { failingErase: { slot: "b", block: 0 } } as const;
    const { images } = stageFor(story, geometry);
    const stage = stageFor({ ...story, ends: [{ runs: "new", says }] }, geometry, {
      sick,
      flashFailure: boot => (boot >= SWAP ? worn : {}),
      onBoot: watchBoots(images),
    });
    assertTruth(stage, stage.device, runAgain(stage, 2));
  });
}

test("a block that fails for good before a block of the old image is lost: it runs on, and each job says why it fails", () => {
  const stage = stageOn(boot => (boot >= SWAP ? { failingErase: { slot: "a", block: 1 } } : {}));
  const { device, images } = stage;
  for (let reset = 0; reset < 3; reset++) {
    const { runs } = assertTruth(stage, device, device.run());
    assert.equal(runs, "old");
  }
  assert.match(device.cloud.status(JOB).detail, /^image-reverted: /);
  device.cloud.deploy("again", [deployed(images.next.bytes)]);
  const run = device.run();
  assert.equal(run.boots.at(-1)?.version.major, 1);
  const { status, detail } = device.cloud.status("again");
  assert.match(`${status} ${detail}`, /^FAILED state-invalid: /);
});

/** A journal of which the `fails`-th save and all after it fail, until it heals. */
function failingJournal(fails: number): { spoil: Spoil; heal: () => void } {
  let saves = 0;
  let last = Infinity;
  const journal = (flash: SimFlash): Journal => {
    const own = new FlashJournal(flash);
    return {
      capacity: own.capacity,
      load: () => own.load(),
      save(record) {
        if (++saves >= fails && saves < last) throw new OtaError("flash-failed", "worn out");
        own.save(record);
      },
    };
  };
  return { spoil: { journal }, heal: () => (last = 0) };
}

for (const sick of [[], ["2.0.0"]]) {
  const what = sick.length === 0 ? "accepted" : "never accepted";
  test(`from whichever save on the journal fails, the job says what is true, and the next one works (an image that is ${what})`, () => {
    const ends: readonly Ending[] = [
      ...(sick.length === 0 ? [{ runs: "new", says: /^SUCCEEDED / } as const] : []),
      { runs: "old", says: /^FAILED (flash-failed: worn out|image-reverted: )/ },
    ];
    const seen = new Set<string>();
    for (let fails = 1; fails <= 12; fails++) {
      const { spoil, heal } = failingJournal(fails);
      const { images } = stageFor(story, geometry);
      const options = { spoil, sick, onBoot: watchBoots(images) };
      const { device } = stageFor(story, geometry, options);
      const run = runAgain({ device }, 2);
      const name = runningName(run, images);
      const { status, detail } = device.cloud.status(JOB);
      const end = ends.find(({ runs, says }) => runs === name && says.test(`${status} ${detail}`));
      assert.ok(
        end !== undefined,
        `save ${fails}: "${name}" runs, and the job says ${status} ${detail}`,
      );
      seen.add(detail.split(":")[0] ?? "");
      heal();
      updateOnceMore(device, images);
    }
    assert.equal(seen.size, 2, [...seen].join("; "));
  });
}

/** Changes a byte of the spare image when the agent has verified it, and before it restarts. */
function updateWithChange(at: number): Stage {
  const { images } = stageFor(story, geometry);
  const ends: readonly Ending[] = [
    { runs: "old", says: /^(FAILED image-reverted|REJECTED image-malformed): / },
  ];
  const change = ({ flash }: WholeDevice): void =>
    flash.b.corrupt(at, (flash.b.contents()[at] ?? 0) ^ 0x40);
  return stageFor({ ...story, ends }, geometry, {
    onBoot: watchBoots(images),
    onEvent: (device, event) => {
      if (event.type === "Activate") change(device);
    },
  });
}

test("an image that changes between its check and its start is not started, and the job says so", () => {
  const { length } = stageFor(story, geometry).images.new.bytes;
  for (let at = 0; at < length; at += 131) {
    const stage = updateWithChange(at);
    assertTruth(stage, stage.device, stage.device.run());
  }
});
