// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { StageFirmware } from "xs-ota/cli/demo/stage";
import { openStage, outcomeOf, runningVersion, type StageBench } from "xs-ota/test/support/stage";

/*
 * What the bootloader would refuse, the agent on XS refuses before it has received the image: the counter is the one on the
 * device's flash, the class the one that its boot step has.
 */

const limit = { timeout: 120_000 };
/** Makes an image of 0.5 MiB, so that a refusal by its first blocks can be told from one by the last. */
const padding = Array.from({ length: 512 }, (_, at) => String(at).padStart(1024, "padding"));
const agent = { fileRequestWaitMs: 500, selfTestResponseWaitMs: 4000 };

describe("early refusal on the XS device", () => {
  let bench: StageBench;

  before(async () => {
    bench = await openStage();
  });
  after(() => bench.close());
  beforeEach(async () => {
    const { stage } = bench;
    await stage.switchOff();
    const first = stage.console.lines.length;
    const config = { agent };
    stage.installDevice(stage.makeFirmware({ version: "1.0.0", securityCounter: 3, config }));
    await stage.console.waitFor(/runs 1\.0\.0/, first);
  });

  /** @returns the status, and the blocks received when it came. */
  async function refusalOf(firmware: Omit<StageFirmware, "version">): Promise<string> {
    const { stage } = bench;
    const first = stage.console.lines.length;
    const image = stage.makeFirmware({ version: "1.1.0", config: { agent, padding }, ...firmware });
    const { status, details } = await outcomeOf(stage, await stage.deploy(image));
    const progress = stage.console.lines.slice(first).filter(line => line.includes("downloaded"));
    const received = Number(/downloaded (\d+)\//.exec(progress.at(-1) ?? "")?.[1] ?? 0);
    assert.ok(received <= 4, `refused after ${received} blocks of ${image.bytes.length >> 12}`);
    assert.equal(runningVersion(stage), "1.0.0");
    return `${status} ${details["detail"]}`;
  }

  test("an image for another class of device is refused by its first blocks", limit, async () => {
    assert.match(
      await refusalOf({ target: "toaster", securityCounter: 3 }),
      /^REJECTED device-class-other/,
    );
  });

  test(
    "an image with an older security counter is refused by its first blocks",
    limit,
    async () => {
      const refusal = await refusalOf({ securityCounter: 2 });
      assert.match(refusal, /^REJECTED security-counter-older: .*counter 2, the device asks for 3/);
    },
  );

  test("an image of this class and of the same counter is installed", limit, async () => {
    const { stage } = bench;
    const firmware = { version: "1.1.0", securityCounter: 3, target: "linux", config: { agent } };
    const id = await stage.deploy(stage.makeFirmware(firmware));
    assert.equal((await outcomeOf(stage, id)).status, "SUCCEEDED");
    assert.equal(runningVersion(stage), "1.1.0");
  });
});
