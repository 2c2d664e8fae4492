// SPDX-License-Identifier: MIT
import { defaultConfig } from "xs-ota";
import { makeDelta } from "xs-ota/toolchain/delta/delta";
import type { RigGeometry } from "./boot-rig.js";
import type { Images } from "./boot-stories.js";
import {
  dataFor,
  JOB,
  refused,
  REVERTED_BY_RESET,
  SUCCEEDED,
  toNew,
  type UpdateStory,
} from "./update-stories.js";
import type { Travel } from "./virtual-cloud.js";
import { DATA_TYPE, deployed } from "./whole-device.js";

const slot = { size: 8 * 4096, blockSize: 4096, writeSize: 4, erasedByte: 0xff };
/** Room for an image of several blocks and a delta. */
const roomy: RigGeometry = Object.freeze({
  name: "4 KiB/4, 8 blocks",
  a: slot,
  b: slot,
  bufferSize: 8192,
});

/** The delta that makes an image of another, as a file to be deployed. */
function delta(
  images: Images,
  from: keyof Images,
  name: keyof Images,
): ReturnType<typeof deployed> {
  const bytes = makeDelta(images[from].bytes, images[name].bytes, 1024);
  return deployed(bytes, { fileType: defaultConfig.deltaFileType });
}

/** The running image is `old`. */
const deployDelta =
  (from: keyof Images, name: keyof Images, travel?: Travel): UpdateStory["deploy"] =>
  ({ cloud }, images) =>
    cloud.deploy(JOB, [delta(images, from, name)], travel);

/** An update by a delta whose image has several blocks. */
export const deltaUpdate: UpdateStory = Object.freeze({
  name: "a delta update",
  options: { geometry: roomy },
  deploy: deployDelta("old", "next"),
  ends: [
    { runs: "next", says: SUCCEEDED },
    { runs: "old", says: REVERTED_BY_RESET, onlyByCut: true },
  ],
} as const);

export const deltaStories: readonly UpdateStory[] = Object.freeze([
  deltaUpdate,
  { name: "a delta update over HTTP", deploy: deployDelta("old", "new", "HTTP"), ends: toNew },
  {
    name: "a delta update that is never accepted",
    options: { sick: ["2.0.0"] },
    deploy: deployDelta("old", "new"),
    ends: refused(/^FAILED image-reverted: .*(not accepted within 16000 ms|it ended by a reset)/),
  },
  {
    name: "a delta of another image than the one that runs",
    deploy: deployDelta("new", "next"),
    ends: refused(
      /^REJECTED delta-base-other: the delta is for image [0-9a-f]{64}, and [0-9a-f]{64} runs/,
    ),
  },
  {
    name: "a delta whose image does not fit beside it",
    deploy: deployDelta("old", "next"),
    ends: refused(
      /^REJECTED image-too-large: an image of \d+ bytes, and \d+ are left beside its delta/,
    ),
  },
  {
    name: "a delta with a wrong signature",
    deploy: ({ cloud }, images) =>
      cloud.deploy(JOB, [{ ...delta(images, "old", "new"), signature: new Uint8Array(32) }]),
    ends: refused(/^REJECTED signature-invalid/),
  },
  {
    name: "a delta update with a data file",
    hasData: true,
    deploy: ({ cloud }, images) => {
      const data = deployed(dataFor(images.new), { fileType: DATA_TYPE });
      cloud.deploy(JOB, [delta(images, "old", "new"), data]);
    },
    ends: toNew,
  },
]);
