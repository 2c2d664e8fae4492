// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { after, before, test } from "node:test";
import { acts, play } from "xs-ota/cli/demo/acts";
import { Output } from "xs-ota/cli/output";
import { openStage, outcomeOf, runningVersion, type StageBench } from "xs-ota/test/support/stage";

/*
 * The acts of the demonstration: a device on XS with the real bootloader, the desk cloud, MQTT between them. Each
 * begins where the one before ended.
 */

const quiet = new PassThrough().resume();
const output = new Output({ out: quiet, error: quiet });
let bench: StageBench;

before(async () => {
  bench = await openStage();
  bench.stage.installDevice(bench.stage.makeFirmware({ version: "1.0.0" }));
  await bench.stage.console.waitFor(/runs 1\.0\.0/);
});
after(() => bench.close());

for (const act of acts) {
  test(act.title, async () => {
    const { stage } = bench;
    const result = await play(act, stage.makeFirmware(act.firmware), stage, output);
    assert.deepEqual(result.faults, []);
    assert.equal(result.runs, "1.1.0");
  });
}

test("an image of 1 MiB is received, started and kept", async () => {
  const { stage } = bench;
  // pads the bundle: the application does not look at it
  const padding = Array.from({ length: 1024 }, (_, at) => String(at).padStart(1024, "padding"));
  const image = stage.makeFirmware({ version: "1.3.0", config: { padding } });
  assert.ok(image.bytes.length > 1_048_576, `${image.bytes.length} bytes`);
  const act = { title: "1 MiB", firmware: { version: "1.3.0" }, reason: /^accepted/ };
  const expected = { ...act, status: "SUCCEEDED", starts: ["1.3.0"] } as const;
  assert.deepEqual((await play(expected, image, stage, output)).faults, []);
});

for (const [version, protocols] of [
  ["1.4.0", ["HTTP"]],
  ["1.5.0", ["MQTT", "HTTP"]],
] as const) {
  test(`an update goes over ${protocols.join(" or ")} too`, async () => {
    const { stage } = bench;
    const jobId = await stage.deploy(stage.makeFirmware({ version }), protocols);
    const { status, details } = await outcomeOf(stage, jobId);
    assert.equal(status, "SUCCEEDED", JSON.stringify(details));
    assert.equal(runningVersion(stage), version);
  });
}

test("a device that loses its power keeps what it runs", async () => {
  const { stage } = bench;
  const before = stage.console.lines.length;
  await stage.switchOff();
  stage.switchOn();
  await stage.console.waitFor(/runs 1\.5\.0/, before);
  assert.equal(runningVersion(stage), "1.5.0");
});
