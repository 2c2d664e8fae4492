// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { boards, packageRoot } from "xs-ota/cli/boards";
import { findPartition } from "xs-ota/cli/flash-image";
import { readFlashMap } from "xs-ota/toolchain/flash-map";
import { board, openStage } from "./bench.js";

test(`${board}: the bootloader starts no image whose security counter is lower than one that it has started for good`, async t => {
  const stage = await openStage(t);
  const { lines } = stage.console;
  const slot = findPartition(readFlashMap(join(packageRoot, boards[board].flashMap)), "slot-a");
  /** Starts an image in slot-a of the device as it is. @returns what its bootloader makes of it. */
  const startInstead = async (version: string, securityCounter: number): Promise<string> => {
    const { bytes } = stage.makeFirmware({ version, securityCounter });
    await stage.switchOff();
    const flash = openSync(stage.flash, "r+");
    writeSync(flash, bytes, 0, bytes.length, slot.offset);
    closeSync(flash);
    const first = lines.length;
    stage.switchOn();
    await stage.console.waitFor(/boot: (started|not-bootable)/, first);
    return (await stage.console.waitFor(/ runs |boot: counter-older/, first))[0];
  };

  stage.installDevice(stage.makeFirmware({ version: "1.2.0", securityCounter: 3 }));
  await stage.console.waitFor(/ runs 1\.2\.0/);
  assert.match(await startInstead("1.1.0", 2), /counter-older/);
  assert.match(await startInstead("1.2.0", 3), / runs /);
});
