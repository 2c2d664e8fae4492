// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { parseProgress } from "xs-ota/agent/progress";
import { DataControl } from "xs-ota/pal/flash/data-control";
import { FlashJournal } from "xs-ota/pal/flash/journal";
import { assertValidStart, type RigGeometry, storedCounter } from "./boot-rig.js";
import { type Images, imagesFor } from "./boot-stories.js";
import { makeImage, type RigImage } from "./signed-images.js";
import type { SimFlash } from "./sim-flash.js";
import type { Travel } from "./virtual-cloud.js";
import { DATA_TYPE, deployed, type DeviceOptions, type Run, WholeDevice } from "./whole-device.js";

export const JOB = "update";

/** Where a device may be after a job, and what the job then says: "STATUS detail". */
export interface Ending {
  readonly runs: keyof Images;
  readonly says: RegExp;
  /** Whether it is seen only where power fails, and then always once. */
  readonly onlyByCut?: boolean;
}

/** A whole update as its operator sees it: what the device has been through, the job, and how that may end. */
export interface UpdateStory {
  readonly name: string;
  readonly travel?: Travel;
  readonly options?: Partial<DeviceOptions>;
  /** What the device went through before. */
  readonly before?: (device: WholeDevice, images: Images) => void;
  readonly deploy: (device: WholeDevice, images: Images) => void;
  /** What the operator does when half of the file is there; harmless when it is done again. */
  readonly meanwhile?: (device: WholeDevice, images: Images) => void;
  /** Whether the job brings a data file too. */
  readonly hasData?: boolean;
  readonly ends: readonly Ending[];
}

export const SUCCEEDED = /^SUCCEEDED accepted {2}v\d\.\d\.\d$/;
export const REVERTED_BY_RESET = /^FAILED image-reverted: .*it ended by a reset/;

/** The data file of a job, which tells the versions apart. */
export const dataFor = ({ version }: RigImage): Uint8Array =>
  new Uint8Array(700).map((_, at) => at ^ version.charCodeAt(0));

const deployImage =
  (name: keyof Images, travel?: Travel): UpdateStory["deploy"] =>
  (device, images) =>
    device.cloud.deploy(JOB, [deployed(images[name].bytes)], travel);

/** Runs one update to its good end. */
function update(device: WholeDevice, jobId: string, image: RigImage): void {
  device.cloud.deploy(jobId, [deployed(image.bytes)]);
  device.run();
  assert.match(device.cloud.status(jobId).status, /SUCCEEDED/);
}

export const toNew: readonly Ending[] = [
  { runs: "new", says: SUCCEEDED },
  { runs: "old", says: REVERTED_BY_RESET, onlyByCut: true },
];
export const refused = (says: RegExp, runs: keyof Images = "old"): readonly Ending[] => [
  { runs, says },
];

/** An image with the header and the TLVs of `image`, but another body. */
function mixedUp({ bytes }: RigImage): Uint8Array {
  const third = bytes.length / 3;
  return bytes.map((byte, at) => (at < third || at > 2 * third ? byte : byte ^ 0x5a));
}

export const updateStories: readonly UpdateStory[] = Object.freeze([
  { name: "an update", deploy: deployImage("new"), ends: toNew },
  { name: "an update over HTTP", deploy: deployImage("new", "HTTP"), ends: toNew },
  {
    name: "an update whose blocks come in any order, and some twice",
    options: {
      weather: {
        rules: [
          { kind: "reorder", topic: "streams/*", direction: "to-device", probability: 0.4 },
          { kind: "repeat", topic: "streams/*", direction: "to-device", probability: 0.3 },
        ],
      },
    },
    deploy: deployImage("next"),
    ends: [
      { runs: "next", says: SUCCEEDED },
      { runs: "old", says: REVERTED_BY_RESET, onlyByCut: true },
    ],
  },
  {
    name: "an update by streams in JSON",
    options: { config: { streamEncoding: "json" } },
    deploy: deployImage("new"),
    ends: toNew,
  },
  {
    name: "an image that is never accepted",
    options: { sick: ["2.0.0"] },
    deploy: deployImage("new"),
    ends: refused(/^FAILED image-reverted: .*(not accepted within 16000 ms|it ended by a reset)/),
  },
  {
    name: "an image with a wrong detached signature",
    deploy: ({ cloud }, images) =>
      cloud.deploy(JOB, [deployed(images.new.bytes, { signature: new Uint8Array(32) })]),
    ends: refused(/^REJECTED signature-invalid/),
  },
  {
    name: "an image by a key that the bootloader does not trust",
    deploy: deployImage("foreign"),
    ends: refused(/^FAILED image-reverted: .*it ended by a reset/),
  },
  {
    name: "an image whose security counter is older",
    before: (device, images) => update(device, "before", images.next),
    deploy: ({ cloud, flash }, { next }) => {
      const size = flash.a.geometry.blockSize - 200;
      const image = makeImage("5.0.0", size, next.securityCounter - 1);
      cloud.deploy(JOB, [deployed(image.bytes)]);
    },
    ends: refused(/^REJECTED security-counter-older/, "next"),
  },
  {
    name: "a second update",
    before: (device, images) => update(device, "before", images.new),
    deploy: deployImage("next"),
    ends: [
      { runs: "next", says: SUCCEEDED },
      { runs: "new", says: REVERTED_BY_RESET, onlyByCut: true },
    ],
  },
  {
    name: "an update after one that was reverted",
    options: { sick: ["2.0.0"] },
    before: (device, images) => {
      device.cloud.deploy("before", [deployed(images.new.bytes)]);
      device.run();
      assert.equal(device.cloud.status("before").status, "FAILED");
    },
    deploy: deployImage("next"),
    ends: [
      { runs: "next", says: SUCCEEDED },
      { runs: "old", says: REVERTED_BY_RESET, onlyByCut: true },
    ],
  },
  {
    name: "firmware with a data file",
    hasData: true,
    deploy: ({ cloud }, images) => {
      const data = deployed(dataFor(images.new), { fileType: DATA_TYPE });
      cloud.deploy(JOB, [deployed(images.new.bytes), data]);
    },
    ends: toNew,
  },
  {
    name: "a file that is replaced in the cloud while it is received",
    meanwhile: ({ cloud }, images) => cloud.replace(JOB, images.new.bytes),
    deploy: ({ cloud }, images) => {
      cloud.deploy(JOB, [deployed(images.new.bytes)], "HTTP");
      cloud.replace(JOB, mixedUp(images.new));
    },
    ends: toNew,
  },
  {
    name: "a job that is cancelled in the middle",
    meanwhile: ({ cloud }) => cloud.cancel(JOB),
    deploy: deployImage("new"),
    ends: refused(/^CANCELED/),
  },
]);

/** A device on this geometry, about to begin a story. */
export interface Stage {
  readonly story: UpdateStory;
  readonly images: Images;
  readonly device: WholeDevice;
  /** What runs before the job. */
  readonly runs: keyof Images;
}

/** @param more options for a control, or for watching */
export function stageFor(
  story: UpdateStory,
  geometry: RigGeometry,
  more: Partial<DeviceOptions> = {},
): Stage {
  const images = imagesFor(geometry);
  const quiet = new WholeDevice({ geometry, image: images.old, ...story.options });
  story.before?.(quiet, images);
  const onEvent: DeviceOptions["onEvent"] = (acting, event) => {
    const isHalf = event.type === "Progress" && 2 * event.received >= event.total;
    if (isHalf && event.received < event.total) story.meanwhile?.(acting, images);
  };
  const device = quiet.fork(quiet.flash, { onEvent, ...more });
  const runs = imageIn(quiet.flash.a, images);
  story.deploy(device, images);
  return { story, images, device, runs };
}

/** Whatever starts is whole, signed and not older than the security counter allows. */
export function assertGoodBoots({ boots }: Run): void {
  for (const { outcome, refused } of boots) {
    assert.notEqual(outcome, "not-bootable", `refused: ${refused}`);
  }
}

/** What starts at a boot is one of the images that may, byte for byte. */
export const watchBoots =
  (images: Images): NonNullable<DeviceOptions["onBoot"]> =>
  ({ flash }, report) => {
    const valid = [images.old, images.new, images.next, images.last];
    if (report.outcome !== "not-bootable") assertValidStart(flash, { valid }, report);
  };

/** The journal is whole or absent. */
export function assertWholeJournal({ flash }: WholeDevice): void {
  const record = new FlashJournal(flash.journal).load();
  if (record !== undefined) assert.ok(parseProgress(record) !== undefined, "a record is not ours");
}

/** The image in a slot, by its name. */
function imageIn(slot: SimFlash, images: Images): keyof Images {
  const found = slot.contents();
  const name = namesOf(images).find(key => {
    const { bytes } = images[key];
    return Buffer.compare(found.subarray(0, bytes.length), bytes) === 0;
  });
  assert.ok(name !== undefined, "an unknown image is in the slot");
  return name;
}

const namesOf = (images: Images): readonly (keyof Images)[] =>
  Object.keys(images) as (keyof Images)[];

/** The image that runs, by its name. */
export function runningName({ boots }: Run, images: Images): keyof Images {
  const digest = Buffer.from(boots.at(-1)?.digest ?? []).toString("hex");
  const name = namesOf(images).find(key => images[key].digest === digest);
  assert.ok(name !== undefined, "an unknown image runs");
  return name;
}

/** The job is over, tells the truth, and the journal is empty. @returns how it ended. */
export function assertTruth({ story, images }: Stage, device: WholeDevice, run: Run): Ending {
  const name = runningName(run, images);
  const { status, detail } = device.cloud.status(JOB);
  const said = `${status} ${detail}`;
  const ending = story.ends.find(({ runs, says }) => runs === name && says.test(said));
  assert.ok(ending !== undefined, `"${name}" runs, and the job says ${said}`);
  const record = new FlashJournal(device.flash.journal).load();
  assert.ok(record === undefined || status === "CANCELED", "the journal still has the job");
  if (story.hasData === true) assertSameFate(device, images, name);
  return ending;
}

/** The data file that came with an image is the valid one when that image is. */
function assertSameFate({ flash }: WholeDevice, images: Images, name: keyof Images): void {
  const { file } = new DataControl(flash.data, new FlashJournal(flash.dataJournal));
  const bytes = new Uint8Array(file?.size ?? 0);
  file?.partition.read(bytes, 0);
  const wanted = name === "new" ? dataFor(images.new) : new Uint8Array(0);
  assert.deepEqual(bytes, wanted, `the data file of another version than "${name}"`);
}

/** After whatever happened, the next update works, and its security counter is stored. */
export function updateOnceMore(device: WholeDevice, { last }: Images): void {
  device.cloud.deploy("once-more", [deployed(last.bytes)]);
  const first = device.run();
  assertGoodBoots(first);
  assert.match(device.cloud.status("once-more").status, /SUCCEEDED/);
  const then = device.run();
  assertGoodBoots(then);
  assert.equal(Buffer.from(then.boots.at(-1)?.digest ?? []).toString("hex"), last.digest);
  assert.equal(storedCounter(device.flash), last.securityCounter);
}
