// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { acts, play } from "xs-ota/cli/demo/acts";
import { Output } from "xs-ota/cli/output";
import { board, openStage } from "./bench.js";

for (const protocol of ["MQTT", "HTTP"] as const) {
  test(`${board}: the three acts of the demonstration end as they must over ${protocol}`, async t => {
    const quiet = new PassThrough().resume();
    const output = new Output({ out: quiet, error: quiet });
    const stage = await openStage(t);
    stage.installDevice(stage.makeFirmware({ version: "1.0.0" }));
    await stage.console.waitFor(/runs 1\.0\.0/);
    for (const act of acts) {
      const image = stage.makeFirmware(act.firmware);
      const { faults } = await play({ ...act, protocols: [protocol] }, image, stage, output);
      assert.deepEqual(faults, [], act.title);
    }
  });
}
