// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { makeSignedDelta } from "xs-ota/cli/delta";
import type { SignedImage } from "xs-ota/cli/firmware";
import { DELTA_FILE_TYPE } from "xs-ota/delta/header";
import { openStage, outcomeOf, runningVersion, type StageBench } from "xs-ota/test/support/stage";

/* Deltas on the XS device, with the real bootloader and the desk cloud. */

const limit = { timeout: 120_000 };
const agent = { fileRequestWaitMs: 500, selfTestResponseWaitMs: 4000 };

describe("a delta on the XS device", () => {
  let bench: StageBench;
  let old: SignedImage;
  let next: SignedImage;

  const delta = (base: SignedImage): SignedImage =>
    makeSignedDelta(base.bytes, next.bytes, join(bench.folder, "vendor.key.pem"));

  before(async () => {
    bench = await openStage();
    const config = { agent };
    old = bench.stage.makeFirmware({ version: "1.0.0", securityCounter: 1, config });
    next = bench.stage.makeFirmware({ version: "1.1.0", securityCounter: 1, config });
  });
  after(() => bench.close());
  beforeEach(async () => {
    const { stage } = bench;
    await stage.switchOff();
    const first = stage.console.lines.length;
    stage.installDevice(old);
    await stage.console.waitFor(/runs 1\.0\.0/, first);
  });

  for (const protocol of ["MQTT", "HTTP"] as const) {
    test(`it turns 1.0.0 into 1.1.0, over ${protocol}`, limit, async t => {
      const { stage } = bench;
      const file = delta(old);
      const id = await stage.deploy(file, [protocol], DELTA_FILE_TYPE);
      const { status, details } = await outcomeOf(stage, id);
      assert.equal(status, "SUCCEEDED", details["detail"]);
      assert.equal(runningVersion(stage), "1.1.0");
      t.diagnostic(`a delta of ${file.bytes.length} bytes for an image of ${next.bytes.length}`);
      assert.ok(file.bytes.length < next.bytes.length / 20);
    });
  }

  test("for another image than the one that runs, it is refused", limit, async () => {
    const { stage } = bench;
    const id = await stage.deploy(delta(next), ["MQTT"], DELTA_FILE_TYPE);
    const { status, details } = await outcomeOf(stage, id);
    assert.equal(status, "REJECTED");
    assert.match(details["detail"] ?? "", /^delta-base-other: the delta is for image .* runs$/);
    assert.equal(runningVersion(stage), "1.0.0");
  });
});
