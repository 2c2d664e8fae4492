// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { acts, play } from "xs-ota/cli/demo/acts";
import { Output } from "xs-ota/cli/output";
import { board, openStage } from "./bench.js";

test(`${board}: the three acts of the demonstration end as they must`, async t => {
  const quiet = new PassThrough().resume();
  const output = new Output({ out: quiet, error: quiet });
  const stage = await openStage(t);
  const first = stage.makeFirmware({ version: "1.0.0" });
  const images = acts.map(act => [act, stage.makeFirmware(act.firmware)] as const);
  for (const protocol of ["MQTT", "HTTP"] as const) {
    await t.test(`over ${protocol}`, async () => {
      await stage.switchOff();
      const before = stage.console.lines.length;
      stage.installDevice(first);
      await stage.console.waitFor(/runs 1\.0\.0/, before);
      for (const [act, image] of images) {
        const { faults } = await play({ ...act, protocols: [protocol] }, image, stage, output);
        assert.deepEqual(faults, [], act.title);
      }
    });
  }
});
