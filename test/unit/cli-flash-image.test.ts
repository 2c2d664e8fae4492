// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { test } from "node:test";
import { makeFlashImage, needFits } from "xs-ota/cli/flash-image";
import { createCodeSigningPair } from "xs-ota/cli/signing";

const map = {
  blockSize: 4096,
  writeSize: 4,
  erasedByte: 0xff,
  partitions: [
    { name: "boot", offset: 0, size: 8192 },
    { name: "slot-a", offset: 8192, size: 16384 },
    { name: "slot-b", offset: 24576, size: 12288 },
    { name: "data", offset: 36864, size: 4096 },
  ],
};

const { certificate } = await createCodeSigningPair("ecdsa-p256", "test", 1);
const identity = {
  thingName: "lamp",
  endpoint: { host: "127.0.0.1", port: 1883 },
  certificates: { "code-signing": certificate },
};

const upToErased = (bytes: Uint8Array): string =>
  new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0xff)));

test("a new flash has the keys, the image and the identity, and is erased elsewhere", () => {
  const flash = makeFlashImage(map, { identity, image: new Uint8Array([1, 2, 3]) });
  assert.equal(flash.length, 40960);
  const { publicKey } = new X509Certificate(certificate);
  const key = publicKey.export({ type: "spki", format: "der" });
  // docs/flash-format.md, "Trusted keys": u16 length and DER each, ended by a length of 0
  assert.equal(flash[0], key.length);
  assert.deepEqual(flash.subarray(2, 2 + key.length), new Uint8Array(key));
  assert.deepEqual([...flash.subarray(2 + key.length, 5 + key.length)], [0, 0, 0xff]);
  assert.deepEqual([...flash.subarray(8192, 8197)], [1, 2, 3, 0xff, 0xff]);
  assert.deepEqual(JSON.parse(upToErased(flash.subarray(36864))), identity);
  assert.ok(flash.subarray(24576, 36864).every(byte => byte === 0xff));
});

test("a new flash takes no image that its bootloader would not start, and says by how much it is too large", () => {
  // of slot-a's four blocks the trailer takes one, and the swap moves up into another
  makeFlashImage(map, { identity, image: new Uint8Array(8192) });
  assert.throws(
    () => makeFlashImage(map, { identity, image: new Uint8Array(8195) }),
    /8195 bytes, 3 more than a slot of this board has room for/,
  );
});

test("an identity that is larger than its partition is refused with the numbers", () => {
  const thingName = "x".repeat(4096);
  assert.throws(
    () => makeFlashImage(map, { identity: { ...identity, thingName }, image: new Uint8Array(1) }),
    /\d{4} bytes do not fit partition data: it has room for 4096/,
  );
});

test("an image that the bootloader could not swap is refused by the bytes that are too many", () => {
  // riscv-virt's slots: trailer and the block that the swap moves up take one erase block each
  const slots = [
    { name: "slot-a", offset: 0, size: 6 * 262144 },
    { name: "slot-b", offset: 6 * 262144, size: 5 * 262144 },
  ];
  const large = { ...map, blockSize: 262144, partitions: slots };
  needFits(large, new Uint8Array(4 * 262144));
  assert.throws(() => needFits(large, new Uint8Array(4 * 262144 + 7)), /1048583 bytes, 7 more/);
});

test("a map without a partition that is needed is refused by the partition's name", () => {
  const partitions = map.partitions.filter(({ name }) => name !== "data");
  assert.throws(
    () => makeFlashImage({ ...map, partitions }, { identity, image: new Uint8Array(1) }),
    /no partition "data"/,
  );
});
