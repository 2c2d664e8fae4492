// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { eraseTrailer, slotLayout, writeImageOk, writeMagic } from "xs-ota/pal/boot/trailer";
import {
  boot,
  controlOf,
  factoryFlash,
  requestUpdate,
  type Rig,
  type RigGeometry,
  storedCounter,
  swapBlockSize,
  writeImage,
} from "./boot-rig.js";
import type { BootFlash, BootReport } from "./bootloader.js";
import { foreign, makeImage, type RigImage } from "./signed-images.js";
import { randomFrom } from "./sim-flash.js";

/** The images of a device's life, of different sizes; the counter grows with each but `foreign`. */
export interface Images {
  readonly old: RigImage;
  readonly new: RigImage;
  readonly next: RigImage;
  readonly last: RigImage;
  /** Signed by a key that nobody trusts. */
  readonly foreign: RigImage;
}

export function imagesFor(geometry: RigGeometry): Images {
  const block = swapBlockSize(geometry);
  return {
    old: makeImage("1.0.0", 2 * block - 300, 1),
    new: makeImage("2.0.0", block - 200, 2),
    next: makeImage("3.0.0", 2 * block - 500, 3),
    last: makeImage("4.0.0", block - 100, 4),
    foreign: makeImage("6.6.6", block + 100, 2, foreign),
  };
}

/** Something that a device goes through, from a flash before it to rest. */
export interface Story {
  readonly name: string;
  /** The flash before it. */
  start(rig: Rig, images: Images): BootFlash;
  /** What is done before the first reset. */
  act(flash: BootFlash, images: Images): void;
  /** What the application does when it finds itself on trial. */
  readonly verdict: "confirm" | "wait";
  /** Where it ends when power does not fail. */
  readonly ends: keyof Images;
  /** Where it ends, wherever power failed; each is seen. */
  readonly mayEnd: readonly (keyof Images)[];
}

/** The stories' device: any of its images may start but the foreign one. */
export function rigFor(geometry: RigGeometry, images: Images): Rig {
  return { geometry, valid: [images.old, images.new, images.next, images.last] };
}

/** Where a device came to rest, and what the boots on the way reported. */
export interface Rest {
  readonly image: RigImage;
  readonly outcomes: readonly BootReport["outcome"][];
}

/** Resets until one changes nothing. */
export function settle(flash: BootFlash, rig: Rig, verdict: Story["verdict"]): Rest {
  const outcomes: BootReport["outcome"][] = [];
  while (outcomes.length < 6) {
    const { outcome, refused, image } = boot(flash, rig);
    outcomes.push(outcome);
    const isTrial = controlOf(flash).imageState() === "PendingCommit";
    if (isTrial && verdict === "confirm") controlOf(flash).confirm();
    const isAtRest = outcome === "started" && refused === "fine" && !isTrial;
    if (isAtRest) return { image, outcomes };
  }
  assert.fail(`does not come to rest: ${outcomes.join(", ")}`);
}

/** After whatever happened, the next update works, and its security counter is stored. */
export function updateOnceMore(flash: BootFlash, rig: Rig, image: RigImage): void {
  requestUpdate(flash, image);
  const rest = settle(flash, rig, "confirm");
  assert.equal(rest.image, image, "the next update did not work");
  assert.equal(storedCounter(flash), image.securityCounter);
}

const factory: Story["start"] = ({ geometry }, { old }) => factoryFlash(geometry, old);

const afterUpdate: Story["start"] = (rig, images) => {
  const flash = factory(rig, images);
  updateOnceMore(flash, rig, images.new);
  return flash;
};

/** `old` runs, and slot-b holds `new`, which was on trial and reverted; then a bit of slot-a flips. */
const rotten: Story["start"] = (rig, images) => {
  const flash = factory(rig, images);
  requestUpdate(flash, images.new);
  settle(flash, rig, "wait");
  flash.a.corrupt(100, (images.old.bytes[100] ?? 0) ^ 1);
  return flash;
};

/** As `rotten`, but nothing that is left of slot-a means anything, its trailer included. */
const ruined: Story["start"] = (rig, images) => {
  const flash = rotten(rig, images);
  const random = randomFrom(1);
  for (let at = 0; at < flash.a.geometry.size; at += 512) {
    flash.a.corrupt(at, ...Array.from({ length: 512 }, () => random() & 0xff));
  }
  return flash;
};

/** `new` is on trial, and a bit of `old`, to which it would be reverted, flips. */
const nowhereToGo: Story["start"] = (rig, images) => {
  const flash = factory(rig, images);
  requestUpdate(flash, images.new);
  assert.equal(boot(flash, rig).outcome, "trial");
  flash.b.corrupt(100, (images.old.bytes[100] ?? 0) ^ 1);
  return flash;
};

/** `new` runs, and a bit flips in the first record of the counter that is not set. */
const strayBit: Story["start"] = (rig, images) => {
  const flash = afterUpdate(rig, images);
  const { writeSize, erasedByte } = flash.counter.geometry;
  flash.counter.corrupt(storedCounter(flash) * writeSize, erasedByte ^ 0x10);
  return flash;
};

/** As imgtool's --pad --confirm makes it. */
function requestPermanent(flash: BootFlash, image: RigImage): void {
  const { b } = slotLayout(flash.a.geometry, flash.b.geometry);
  controlOf(flash).clearSpare();
  writeImage(flash.b, image);
  eraseTrailer(flash.b, b);
  writeImageOk(flash.b, b);
  writeMagic(flash.b, b);
}

export const stories: readonly Story[] = Object.freeze([
  {
    name: "an update that is confirmed",
    start: factory,
    act: (flash, images) => requestUpdate(flash, images.new),
    verdict: "confirm",
    ends: "new",
    mayEnd: ["old", "new"],
  },
  {
    name: "an update that is not confirmed",
    start: factory,
    act: (flash, images) => requestUpdate(flash, images.new),
    verdict: "wait",
    ends: "old",
    mayEnd: ["old"],
  },
  {
    name: "an update that is not confirmed, and cannot be reverted",
    start: nowhereToGo,
    act: () => undefined,
    verdict: "wait",
    ends: "new",
    mayEnd: ["new"],
  },
  {
    name: "an update that is permanent",
    start: factory,
    act: (flash, images) => requestPermanent(flash, images.new),
    verdict: "wait",
    ends: "new",
    mayEnd: ["old", "new"],
  },
  {
    name: "an image signed by a key that is not trusted",
    start: factory,
    act: (flash, images) => requestUpdate(flash, images.foreign),
    verdict: "confirm",
    ends: "old",
    mayEnd: ["old"],
  },
  {
    name: "a second update that is confirmed",
    start: afterUpdate,
    act: (flash, images) => requestUpdate(flash, images.next),
    verdict: "confirm",
    ends: "next",
    mayEnd: ["new", "next"],
  },
  {
    name: "a second update that is not confirmed",
    start: afterUpdate,
    act: (flash, images) => requestUpdate(flash, images.next),
    verdict: "wait",
    ends: "new",
    mayEnd: ["new"],
  },
  {
    name: "an image whose security counter is older",
    start: afterUpdate,
    act: (flash, images) => requestUpdate(flash, images.old),
    verdict: "confirm",
    ends: "new",
    mayEnd: ["new"],
  },
  {
    name: "an update after a bit has flipped in the counter",
    start: strayBit,
    act: (flash, images) => requestUpdate(flash, images.next),
    verdict: "confirm",
    ends: "next",
    mayEnd: ["new", "next"],
  },
  {
    name: "a running image that rots",
    start: rotten,
    act: () => undefined,
    verdict: "wait",
    ends: "new",
    mayEnd: ["new"],
  },
  {
    name: "a slot-a of which nothing is left",
    start: ruined,
    act: () => undefined,
    verdict: "wait",
    ends: "new",
    mayEnd: ["new"],
  },
]);
