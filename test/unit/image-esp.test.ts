// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { ESP_HEADER_SIZE, parseEspHeader } from "xs-ota/image/esp";
import { IMAGE_INFO_SIZE, readImageInfo } from "xs-ota/image/info";
import { encodeUtf8 } from "xs-ota/job/utf8";

/** Laid out by hand after esp_image_header_t, esp_image_segment_header_t and esp_app_desc_t of ESP-IDF v6.0. */
function espImage(version: string, secureVersion = 0): Uint8Array {
  const bytes = new Uint8Array(ESP_HEADER_SIZE);
  bytes.set([0xe9, 6, 0x02, 0x20], 0);
  bytes.set([0x32, 0x54, 0xcd, 0xab], 32);
  bytes.set([secureVersion], 36);
  bytes.set(encodeUtf8(version), 48);
  return bytes;
}

function patched(offset: number, ...values: readonly number[]): Uint8Array {
  const bytes = espImage("1.2.3");
  bytes.set(values, offset);
  return bytes;
}

test("the application descriptor tells version and secure version", () => {
  assert.deepEqual(parseEspHeader(espImage("1.2.3", 7)), {
    version: 0x01020003,
    secureVersion: 7,
  });
});

test("a git tag's v before the version is no part of it", () => {
  assert.equal(parseEspHeader(espImage("v255.0.65535")).version, 0xff00ffff);
});

test("a version field without a final zero is read to its end, and no further", () => {
  const bytes = new Uint8Array(ESP_HEADER_SIZE + 1).fill(0x31);
  bytes.set(espImage("").subarray(0, 48));
  assert.throws(() => parseEspHeader(bytes), {
    code: "image-malformed",
    message: new RegExp(`"1{32}"`),
  });
});

// prettier-ignore
const faults: readonly (readonly [string, Uint8Array])[] = [
  ["cut short",                       espImage("1.2.3").subarray(0, ESP_HEADER_SIZE - 1)],
  ["empty",                           new Uint8Array(0)],
  ["with another magic",              patched(0, 0xea)],
  ["with no segment",                 patched(1, 0)],
  ["with 17 segments",                patched(1, 17)],
  ["without descriptor",              patched(32, 0, 0, 0, 0)],
  ["with the version of a git state", espImage("1.2.3-4-gabcdef")],
  ["without version",                 espImage("")],
  ["with a version out of range",     espImage("256.0.0")],
];

for (const [name, bytes] of faults) {
  test(`an ESP-IDF image ${name} is malformed`, () => {
    assert.throws(() => parseEspHeader(bytes), { code: "image-malformed" });
  });
}

test("the first byte decides between ESP-IDF's format and MCUboot's", () => {
  assert.deepEqual(readImageInfo(espImage("2.0.1", 3), 1_000_000), {
    version: 0x02000001,
    securityCounter: 3,
    tlvOffset: undefined,
  });
  const mcuboot = new Uint8Array(IMAGE_INFO_SIZE);
  mcuboot.set([0x3d, 0xb8, 0xf3, 0x96], 0); // ih_magic
  mcuboot.set([32, 0], 8); // ih_hdr_size
  mcuboot.set([0, 1, 0, 0], 12); // ih_img_size
  mcuboot.set([1, 2, 3, 0], 20); // ih_ver
  assert.deepEqual(readImageInfo(mcuboot, 1_000_000), {
    version: 0x01020003,
    securityCounter: undefined,
    tlvOffset: 32 + 256,
  });
});

test("bytes of neither format are malformed", () => {
  assert.throws(() => readImageInfo(new Uint8Array(IMAGE_INFO_SIZE), 1000), {
    code: "image-malformed",
  });
});
