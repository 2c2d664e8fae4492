// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatHeader, formatTlvs, tlvTypes, type TlvValue } from "xs-ota/image/mcuboot";
import type { ImageDemands } from "xs-ota/pal/boot";
import { readSecurityCounter } from "xs-ota/pal/boot/counter";
import { SimFlash } from "xs-ota/test/support/sim-flash";
import { AgentBench, BLOCK, blockMessage, DATA, jobMessage } from "xs-ota/test/support/agent-bench";

const ours = new Uint8Array(16).fill(5);
const demands: ImageDemands = { securityCounter: 7, deviceClass: ours };

/** An image of ten blocks whose TLVs begin in the ninth. */
function image(securityCounter: number, deviceClass?: Uint8Array): Uint8Array {
  const entries: TlvValue[] = [
    { type: tlvTypes.securityCounter, value: Uint8Array.of(securityCounter, 0, 0, 0) },
  ];
  if (deviceClass !== undefined) entries.push({ type: tlvTypes.deviceClass, value: deviceClass });
  const protectedTlvs = formatTlvs(true, entries);
  const bodySize = 9 * BLOCK - 32 - 20;
  const header = formatHeader({
    headerSize: 32,
    bodySize,
    protectedTlvSize: protectedTlvs.length,
    flags: 0,
    loadAddress: 0,
    version: { major: 1, minor: 1, revision: 0, build: 0 },
  });
  const digest = formatTlvs(false, [{ type: tlvTypes.sha256, value: new Uint8Array(32) }]);
  const bytes = new Uint8Array(32 + bodySize + protectedTlvs.length + digest.length);
  bytes.set(header);
  bytes.set(protectedTlvs, 32 + bodySize);
  bytes.set(digest, 32 + bodySize + protectedTlvs.length);
  return bytes;
}

function downloading(bytes: Uint8Array): AgentBench {
  const bench = new AgentBench({ demands });
  bench.agent.start();
  bench.job(jobMessage(bytes.length));
  bench.blocks(bytes, 0, 0);
  return bench;
}

test("the blocks with the TLVs are asked for right after the header", () => {
  const bytes = image(7, ours);
  const bench = downloading(bytes);
  assert.match(bench.mqtt.take().at(-1) ?? "", /616f0861624103/, "from block 8: 8 and 9");
  for (const index of [8, 9]) bench.mqtt.deliver(DATA, blockMessage(bytes, index));
  assert.match(bench.mqtt.take().at(-1) ?? "", /616f00616242fe00/, "then from the start");
  bench.blocks(bytes, 1, 7);
  assert.equal(bench.agent.state, "ClosingFile");
});

// prettier-ignore
const refused = [
  ["a security counter that is too low", image(6, ours),                       /security-counter-older: security counter 6, the device asks for 7/],
  ["another class of device",            image(7, new Uint8Array(16).fill(6)), /device-class-other/],
] as const;

for (const [what, bytes, reason] of refused) {
  test(`an image for ${what} is refused after three blocks`, () => {
    const bench = downloading(bytes);
    for (const index of [8, 9]) bench.mqtt.deliver(DATA, blockMessage(bytes, index));
    const status = bench.mqtt.take().find(line => line.includes('"REJECTED"')) ?? "";
    assert.match(status, reason);
    assert.equal(bench.pal.calls.filter(call => call.startsWith("writeBlock")).length, 3);
  });
}

test("an image for any class of device is taken", () => {
  const bytes = image(8);
  const bench = downloading(bytes);
  for (const index of [8, 9, 1, 2, 3, 4, 5, 6, 7]) {
    bench.mqtt.deliver(DATA, blockMessage(bytes, index));
  }
  assert.equal(bench.agent.state, "ClosingFile");
});

const counterGeometry = { size: 64, blockSize: 64, writeSize: 4, erasedByte: 0xff };

test("the stored counter is the number of records that are set", () => {
  const counter = new SimFlash(counterGeometry);
  assert.equal(readSecurityCounter(counter), 0);
  for (let index = 0; index < 16; index++) {
    counter.write(new Uint8Array(4), index * 4);
    assert.equal(readSecurityCounter(counter), index + 1);
  }
});

test("a bit that flips by itself, in a record that is set or in one that is not, changes no stored counter", () => {
  for (let bit = 0; bit < 64 * 8; bit++) {
    const counter = new SimFlash(counterGeometry);
    for (const at of [0, 4, 8]) counter.write(new Uint8Array(4), at);
    const at = bit >> 3;
    counter.corrupt(at, (counter.contents()[at] ?? 0) ^ (1 << (bit & 7)));
    assert.equal(readSecurityCounter(counter), 3, `bit ${bit}`);
  }
});

/** The start of an ESP-IDF image of version 1.1.0, in ten blocks. Source: esp_image_header_t, esp_app_desc_t. */
function espImage(secureVersion: number): Uint8Array {
  const bytes = new Uint8Array(10 * BLOCK);
  bytes.set([0xe9, 1]);
  bytes.set([0x32, 0x54, 0xcd, 0xab, secureVersion], 32);
  bytes.set([0x31, 0x2e, 0x31, 0x2e, 0x30], 48);
  return bytes;
}

test("the secure version of an ESP-IDF image is checked with the first block", () => {
  const bench = downloading(espImage(6));
  assert.match(
    bench.mqtt.take().join("\n"),
    /security-counter-older: security counter 6, the device asks for 7/,
  );
});

test("an ESP-IDF image whose secure version will do is received from its start on, for it has no TLVs", () => {
  const bytes = espImage(7);
  const bench = downloading(bytes);
  bench.blocks(bytes, 1, 9);
  assert.equal(bench.agent.state, "ClosingFile");
});
