// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { boards, packageRoot, type Board } from "xs-ota/cli/boards";
import { board, installMachineCode, openStage } from "./bench.js";

/** Machine code that stores a word at the first address of the flash, and goes on for ever. */
const storesIntoFlash: Readonly<Record<string, readonly number[]>> = {
  // stack pointer and entry; movs r0, #0x21; lsls r0, r0, #24; str r0, [r0]; b .
  "mps2-an386": [0x20040000, 0x21010209, 0x06002021, 0xe7fe6000],
  // lui a0, 0x20000; sw a0, 0(a0); j .
  "riscv-virt": [0x20000537, 0x00a52023, 0x0000006f],
};
const flashAddress: Readonly<Record<string, string>> = {
  "mps2-an386": "21000000",
  "riscv-virt": "20000000",
};

test(`${board}: a store into the flash by whatever is not its driver is a fault and a reset`, async t => {
  const stage = await openStage(t);
  const { bootloader }: Board = boards[board];
  assert.ok(bootloader, "a board with a bootloader");
  installMachineCode(stage, new Uint8Array(Uint32Array.from(storesIntoFlash[board] ?? []).buffer));

  const fault = new RegExp(`# fault; pc, caller, cause, address:.* ${flashAddress[board]}$`);
  await stage.console.waitFor(fault);
  await stage.console.waitFor(fault, stage.console.lines.length);
  await stage.switchOff();
  const expected = readFileSync(join(packageRoot, bootloader));
  assert.deepEqual(readFileSync(stage.flash).subarray(0, expected.length), expected);
});
