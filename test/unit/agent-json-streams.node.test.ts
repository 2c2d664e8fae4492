// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { deployed, makeImage, WholeDevice } from "xs-ota/test/support/whole-device";

const geometry = { blockSize: 512, writeSize: 4, erasedByte: 0xff };

for (const streamEncoding of ["cbor", "json"] as const) {
  test(`a whole update runs with streams in ${streamEncoding}, which the cloud writes by its own code`, () => {
    const device = new WholeDevice({
      geometry,
      image: makeImage("1.0.0"),
      config: { streamEncoding },
    });
    device.cloud.deploy("update", deployed(makeImage("1.1.0", 3500)));
    const { boots } = device.run();
    assert.equal(boots.at(-1)?.outcome, "trial");
    assert.equal(device.cloud.status("update").status, "SUCCEEDED");
    const words = streamEncoding === "json" ? /data\/json/ : /data\/cbor/;
    assert.ok(device.cloud.topics.some(topic => words.test(topic)));
    assert.ok(!device.cloud.topics.some(topic => /data\//.test(topic) && !words.test(topic)));
  });
}
