// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { board, openStage, seededRandom } from "./bench.js";

const FLIPS = 24;

test(`${board}: the bootloader starts an intact image, and none with a bit flipped`, async t => {
  const stage = await openStage(t);
  const image = stage.makeFirmware({ version: "1.0.0" });
  stage.installDevice(image);
  await stage.console.waitFor(/runs 1\.0\.0/);
  await stage.switchOff();

  const random = seededRandom(1);
  // header, the padding after it, body, and every TLV: the last two hundred bytes are TLVs
  const places = [0, 9, 20, 100, 600, image.bytes.length - 1, image.bytes.length - 100];
  while (places.length < FLIPS) places.push(Math.floor(random() * image.bytes.length));
  for (const place of places) {
    const bit = 1 << Math.floor(random() * 8);
    const bytes = Uint8Array.from(image.bytes);
    bytes[place] = (bytes[place] ?? 0) ^ bit;
    const before = stage.console.lines.length;
    stage.installDevice({ ...image, bytes });
    await stage.console.waitFor(/boot: (not-bootable|started)/, before);
    await stage.switchOff();
    const lines = stage.console.lines.slice(before);
    assert.ok(
      lines.some(line => line.includes("not-bootable")),
      `bit ${bit} of byte ${place}: ${lines.join("; ")}`,
    );
    assert.ok(!lines.some(line => line.includes("runs")));
  }
});
