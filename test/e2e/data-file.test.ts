// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { packageRoot } from "xs-ota/cli/boards";
import type { SignedImage } from "xs-ota/cli/firmware";
import { parsePrivateKey, signDetached } from "xs-ota/cli/signing";
import { openStage, outcomeOf, type StageBench } from "xs-ota/test/support/stage";

/* A file that is not firmware, on the XS device and from the desk cloud. */

const limit = { timeout: 120_000 };
/** The `fileType` that the application has a place for. */
const SETTINGS = 3;
const SIZE = 20_000;

describe("a file that is not firmware, on the XS device", () => {
  let bench: StageBench;

  /** A file that begins with a name of ten characters. */
  function signed(name: string, signer = "vendor"): SignedImage {
    const bytes = Buffer.alloc(SIZE, name);
    const path = join(bench.folder, `${signer}.key.pem`);
    return { bytes, ...signDetached(bytes, parsePrivateKey(readFileSync(path), path)) };
  }

  before(async () => {
    bench = await openStage();
    const manifest = join(packageRoot, "test/xs/data-file/manifest.json");
    const config = { agent: { fileRequestWaitMs: 500 } };
    bench.stage.installDevice(bench.stage.makeFirmware({ version: "1.0.0", manifest, config }));
    await bench.stage.console.waitFor(/runs 1\.0\.0 with nothing/, 0);
  });
  after(() => bench.close());

  for (const [protocol, name] of [
    ["MQTT", "settings-1"],
    ["HTTP", "settings-2"],
  ] as const) {
    test(
      `it takes effect without a restart, and outlives one, over ${protocol}`,
      limit,
      async () => {
        const { stage } = bench;
        const first = stage.console.lines.length;
        const id = await stage.deploy(signed(name), [protocol], SETTINGS);
        const { status, details } = await outcomeOf(stage, id);
        assert.deepEqual([status, details["reason"]], ["SUCCEEDED", "accepted  v0.0.3"]);
        await stage.console.waitFor(new RegExp(`complete: ${SIZE} bytes, ${name}`), first);
        await stage.switchOff();
        const restarted = stage.console.lines.length;
        stage.switchOn();
        await stage.console.waitFor(new RegExp(`with ${SIZE} bytes, ${name}`), restarted);
      },
    );
  }

  test("one that a stranger has signed is refused, and the one before stays", limit, async () => {
    const { stage } = bench;
    const id = await stage.deploy(signed("settings-3", "stranger"), ["MQTT"], SETTINGS);
    const { status, details } = await outcomeOf(stage, id);
    assert.equal(status, "REJECTED");
    assert.match(details["detail"] ?? "", /^signature-invalid/);
    await stage.switchOff();
    const restarted = stage.console.lines.length;
    stage.switchOn();
    await stage.console.waitFor(/with 20000 bytes, settings-2/, restarted);
  });

  test(
    "one of a type that the application has no place for is refused by its number",
    limit,
    async () => {
      const { stage } = bench;
      const id = await stage.deploy(signed("settings-4"), ["MQTT"], 4);
      const { status, details } = await outcomeOf(stage, id);
      assert.deepEqual(
        [status, details["detail"]],
        ["REJECTED", "file-type-unsupported: this device takes no file of type 4"],
      );
    },
  );
});
