// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { FileFlash } from "xs-ota/host/flash";
import { openFlashFile, smallMap } from "xs-ota/test/support/file-flash";
import { SimFlash } from "xs-ota/test/support/sim-flash";
import { describeFlash } from "./flash.js";

const geometries = [
  { blockSize: 4096, writeSize: 4, erasedByte: 0xff },
  { blockSize: 4096, writeSize: 1, erasedByte: 0xff },
  { blockSize: 4096, writeSize: 16, erasedByte: 0x00 },
];

for (const geometry of geometries) {
  const words = `${geometry.blockSize}/${geometry.writeSize}/${geometry.erasedByte}`;

  describeFlash(`file ${words}`, () => {
    const file = openFlashFile({ ...smallMap, ...geometry });
    return {
      flash: file.flash.partition("slot-b"),
      neighbour: file.flash.partition("slot-a"),
      reopen: () => file.reopen().partition("slot-b"),
      close: () => file.remove(),
    };
  });

  describeFlash(`simulator ${words}`, () => {
    const flash = new SimFlash({ ...geometry, size: 32_768 });
    return { flash, reopen: () => flash.clone(), close: () => undefined };
  });
}

test("a new flash file is erased, and of the size of the map", () => {
  const file = openFlashFile();
  const bytes = new Uint8Array(16_384);
  file.flash.partition("data").read(bytes, 0);
  assert.ok(bytes.every(byte => byte === 0xff));
  file.remove();
});

test("an unknown partition is refused", () => {
  const file = openFlashFile();
  assert.throws(() => file.flash.partition("slot-c"), { code: "argument-invalid" });
  file.remove();
});

test("a path that cannot be opened is flash-failed, with the system's number", () => {
  const path = "/nonexistent-directory/flash.bin";
  assert.throws(
    () => new FileFlash(path, smallMap),
    (error: { code?: string; hostCode?: number }) =>
      error.code === "flash-failed" && error.hostCode !== 0,
  );
});
