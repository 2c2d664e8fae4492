// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { rigGeometries, type RigGeometry } from "xs-ota/test/support/boot-rig";
import {
  assertTruth,
  stageFor,
  updateStories,
  type UpdateStory,
} from "xs-ota/test/support/update-stories";

const [geometry] = rigGeometries as readonly [RigGeometry];
const [update] = updateStories as readonly [UpdateStory];

for (const streamEncoding of ["cbor", "json"] as const) {
  test(`a whole update runs with streams in ${streamEncoding}, which the cloud writes by its own code`, () => {
    const stage = stageFor(update, geometry, { config: { streamEncoding } });
    const { device } = stage;
    assert.equal(assertTruth(stage, device, device.run()).runs, "new");
    const words = streamEncoding === "json" ? /data\/json/ : /data\/cbor/;
    assert.ok(device.cloud.topics.some(topic => words.test(topic)));
    assert.ok(!device.cloud.topics.some(topic => /data\//.test(topic) && !words.test(topic)));
  });
}
