// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { rigGeometries, type RigGeometry } from "./boot-rig.js";
import { amount } from "./deep.js";
import { type Cut, everyPowerLoss, type PowerLossOptions } from "./power-loss.js";
import {
  assertGoodBoots,
  assertTruth,
  assertWholeJournal,
  type Ending,
  type Stage,
  stageFor,
  updateOnceMore,
  type UpdateStory,
  watchBoots,
} from "./update-stories.js";
import type { DeviceFlash, DeviceOptions, WholeDevice } from "./whole-device.js";

/**
 * Erases of the most worn block of a slot in an update, its recovery and the update after it; as in boot.test.ts, and
 * two for the first blocks of slot-b, which a cut while they are received erases again.
 */
const WEAR_BOUND = 12;

/** The same for a block of a journal, of the firmware's or the data file's, and of the partition with data files. */
const SMALL_WEAR_BOUND = 6;

export interface CutCounts {
  cuts: number;
  nested: number;
  /** Erases of the most worn block. */
  worst: number;
}

export const noCuts = (): CutCounts => ({ cuts: 0, nested: 0, worst: 0 });

/** The one line of counts that a run ends with. */
export const formatCounts = ({ cuts, nested, worst }: CutCounts): string =>
  `power cuts: ${(cuts + nested).toLocaleString("en")} distinct, ${nested.toLocaleString("en")} of them second cuts in a recovery, ` +
  `0 bricked, at most ${worst} erases of a block`;

export interface CutOptions extends PowerLossOptions {
  /** Tries one second cut in so many; none when absent. */
  readonly nestedOneIn?: number | undefined;
  /** For controls. */
  readonly spoilt?: Partial<DeviceOptions>;
}

/** One story on one geometry, with power failing everywhere. */
class UpdateCuts {
  readonly #stage: Stage;
  readonly #counts: CutCounts;
  readonly #options: CutOptions;
  readonly #seen = new Set<Ending>();

  constructor(stage: Stage, counts: CutCounts, options: CutOptions) {
    this.#stage = stage;
    this.#counts = counts;
    this.#options = options;
  }

  get seen(): ReadonlySet<Ending> {
    return this.#seen;
  }

  /** Cuts once in each operation. A failure is the one with the fewest operations before it. */
  once(): void {
    this.#counts.cuts += this.#everyCut(this.#stage.device, {}, device => this.#recover(device));
  }

  /** Cuts once more in each recovery; after `once`, so that one cut is reported where one is enough. */
  twice(oneIn: number): void {
    this.#everyCut(this.#stage.device, {}, (cut, within) => {
      const options = { within, oneIn };
      this.#counts.nested += this.#everyCut(cut, options, device => this.#recover(device));
    });
  }

  #everyCut(
    start: WholeDevice,
    options: PowerLossOptions,
    check: (device: WholeDevice, cut: Cut) => void,
  ): number {
    let acting = start;
    const { tears, only, command } = this.#options;
    const given = { ...(tears && { tears }), ...(only && { only }), ...(command && { command }) };
    return everyPowerLoss<DeviceFlash>(
      start.flash,
      flash => {
        acting = start.fork(flash);
        assertGoodBoots(acting.run());
      },
      (flash, cut) => check(acting.fork(flash), cut),
      { ...given, ...options },
    );
  }

  #recover(device: WholeDevice): void {
    assertWholeJournal(device);
    const run = device.run();
    assertGoodBoots(run);
    this.#seen.add(assertTruth(this.#stage, device, run));
    updateOnceMore(device, this.#stage.images);
    this.#counts.worst = Math.max(this.#counts.worst, this.#assertWear(device));
  }

  /** @returns erases of the most worn block of a slot. */
  #assertWear({ flash }: WholeDevice): number {
    const before = this.#stage.device.flash;
    const worst = (...names: readonly (keyof DeviceFlash)[]): number =>
      Math.max(...names.map(name => mostWorn(before[name].wear, flash[name].wear)));
    const slots = worst("a", "b");
    const small = worst("journal", "dataJournal", "data");
    assert.ok(slots <= WEAR_BOUND, `a block was erased ${slots} times`);
    assert.ok(small <= SMALL_WEAR_BOUND, `a block of a journal was erased ${small} times`);
    assert.equal(worst("counter"), 0, "the counter was erased");
    return slots;
  }
}

/** Erases of the block that was erased most. */
const mostWorn = (before: Uint32Array, now: Uint32Array): number =>
  Math.max(...now.map((wear, at) => wear - (before[at] ?? 0)));

/** Cuts power in every operation of a story, in every way; and again in each recovery, if it is asked for. */
export function cutUpdate(
  story: UpdateStory,
  geometry: RigGeometry,
  counts: CutCounts,
  options: CutOptions = {},
): void {
  const images = stageFor(story, geometry).images;
  const more = { onBoot: watchBoots(images), ...options.spoilt };
  const stage = stageFor(story, geometry, more);
  const ending = runWhole(stage);
  const cuts = new UpdateCuts(stage, counts, options);
  cuts.once();
  if (isWhole(options)) {
    const wanted = story.ends.filter(({ onlyByCut }) => onlyByCut === true);
    assert.ok(!wanted.includes(ending), "without a cut it ends as if there were one");
    for (const end of wanted) assert.ok(cuts.seen.has(end), `no cut ended as ${String(end.says)}`);
  }
  if (options.nestedOneIn !== undefined) cuts.twice(options.nestedOneIn);
}

/** Without a cut. */
function runWhole(stage: Stage): Ending {
  const device = stage.device.fork(stage.device.flash);
  const clones = Object.entries(device.flash).map(([name, part]) => [name, part.clone()] as const);
  const whole = stage.device.fork(Object.fromEntries(clones) as DeviceFlash);
  return assertTruth(stage, whole, whole.run());
}

const isWhole = ({ tears, only }: CutOptions): boolean =>
  tears === undefined && (only ?? process.env["POWER_LOSS_CUT"]) === undefined;

const kib = 1024;
const slot = { size: 1024 * kib, blockSize: 256 * kib, writeSize: 32, erasedByte: 0x00 };
/** The erase blocks of the parallel NOR flash on QEMU's boards. */
const large: RigGeometry = Object.freeze({
  name: "256 KiB/32 erased 0x00",
  a: slot,
  b: slot,
  bufferSize: 64 * kib,
});

const geometries: readonly RigGeometry[] = Object.freeze([...rigGeometries, large]);
const isLarge = ({ a, b }: RigGeometry): boolean => Math.max(a.blockSize, b.blockSize) > 4 * kib;

/** The geometries on which a story is told: all of them for the first, and for each story in a deep run; else those of small blocks. */
export function geometriesFor(storyIndex: number): readonly RigGeometry[] {
  const isWhole = storyIndex < amount(1, Infinity);
  return geometries.filter(geometry => isWhole || !isLarge(geometry));
}

/** One second cut in so many: a deep run has each of them on the first geometry, and some in each recovery on the others. */
export function nestedOneIn(geometry: RigGeometry): number {
  if (isLarge(geometry)) return amount(9973, 128);
  return geometry === geometries[0] ? amount(199, 1) : amount(1597, 16);
}
