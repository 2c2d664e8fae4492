// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { reportFirmware } from "xs-ota/cli/report/firmware-report";

/** An ESP-IDF image for an ESP32-C3, as the header files lay it out. */
function espImage(): Buffer {
  const data = Buffer.alloc(256);
  data.writeUInt32LE(0xabcd5432, 0);
  data.writeUInt32LE(7, 4);
  data.write("1.4.2", 16);
  const segment = Buffer.alloc(8);
  segment.writeUInt32LE(data.length, 4);
  const header = Buffer.alloc(24);
  header.set([0xe9, 1]);
  header.writeUInt16LE(5, 12);
  header[23] = 1;
  const body = Buffer.concat([header, segment, data]);
  const padded = Buffer.concat([body, Buffer.alloc(16 - (body.length % 16))]);
  padded[padded.length - 1] = data.reduce((sum, byte) => sum ^ byte, 0xef);
  return Buffer.concat([padded, createHash("sha256").update(padded).digest()]);
}

test("an ESP-IDF image is told, and what is wrong with it", () => {
  const image = espImage();
  const { facts, problems } = reportFirmware({
    kind: "image",
    bytes: image,
    trusted: [],
    targets: [],
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(
    [facts["version"], facts["secure version"], facts["chip"], facts["segments"]],
    ["1.4.2", 7, "ESP32-C3", 1],
  );
  const problemOf = (bytes: Uint8Array): string =>
    reportFirmware({ kind: "image", bytes, trusted: [], targets: [] }).problems.join("; ");
  const changed = Buffer.from(image);
  changed[100] = 1;
  assert.match(problemOf(changed), /checksum does not hold.*SHA-256/);
  assert.match(problemOf(image.subarray(0, 200)), /ends within segment 0 of 1/);
  assert.match(problemOf(image.subarray(0, 40)), /40 of 80 bytes/);
  for (let length = 1; length < image.length; length++) {
    assert.notEqual(problemOf(image.subarray(0, length)), "", `${length} bytes`);
  }
});
