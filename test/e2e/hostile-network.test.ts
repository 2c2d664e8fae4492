// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { DeleteStreamCommand, ListStreamsCommand } from "@aws-sdk/client-iot";
import { decode, encode } from "cbor-x";
import type { SignedImage } from "xs-ota/cli/firmware";
import { openMqttProxy, type MqttProxy, type Tamper } from "xs-ota/test/support/mqtt-proxy";
import { openStage, outcomeOf, runningVersion, type StageBench } from "xs-ota/test/support/stage";

/*
 * Each test has a new device that runs 1.0.0 and is to be updated to 1.1.0, with something between it and the cloud
 * that spoils messages.
 */

/** Short waits, so that a device that hears nothing asks again soon. */
const agent = { fileRequestWaitMs: 400, maxNumRequestMomentum: 4 };
let bench: StageBench;
let proxy: MqttProxy;
let old: SignedImage;
let next: SignedImage;

before(async () => {
  bench = await openStage({ plainMqtt: true });
  proxy = await openMqttProxy(bench.stage.plainMqtt);
  old = bench.stage.makeFirmware({ version: "1.0.0", config: { agent } });
  next = bench.stage.makeFirmware({ version: "1.1.0", config: { agent } });
});
after(async () => {
  await proxy.close();
  await bench.close();
});
beforeEach(async () => {
  const { stage } = bench;
  await stage.switchOff();
  proxy.tamper();
  const first = stage.console.lines.length;
  stage.installDevice(old, proxy);
  await stage.console.waitFor(/runs 1\.0\.0/, first);
});

interface Block {
  readonly p: Uint8Array;
}

const isBlock = (topic: string): boolean => /\/streams\/.*\/data\/cbor$/.test(topic);

/** Spoils the blocks whose number, from 0, is one of `numbers`, and leaves all else alone. */
function spoil(numbers: readonly number[], how: (payload: Buffer) => ReturnType<Tamper>): Tamper {
  let number = -1;
  return (topic, payload) => {
    if (!isBlock(topic)) return [payload];
    number++;
    return numbers.includes(number) ? how(payload) : [payload];
  };
}

const withBytes = (payload: Buffer, change: (bytes: Uint8Array) => Uint8Array): Uint8Array => {
  const block = decode(payload) as Block;
  return encode({ ...block, p: Buffer.from(change(block.p)) });
};

/** What is done to some blocks of a download, which then goes well nevertheless. */
const survived: Readonly<Record<string, (payload: Buffer) => ReturnType<Tamper>>> = {
  "blocks that do not arrive": () => [],
  "blocks that arrive twice": payload => [payload, payload],
  "blocks that are no CBOR": payload => [Buffer.alloc(payload.length, 0xff)],
  "blocks whose CBOR is cut short": payload => [payload.subarray(0, payload.length / 2)],
  "blocks that are shorter than they should be": payload => [
    withBytes(payload, bytes => bytes.subarray(1)),
  ],
  "blocks that are longer than they should be": payload => [
    withBytes(payload, bytes => Buffer.concat([bytes, Buffer.alloc(1)])),
  ],
  "blocks that are empty messages": () => [Buffer.alloc(0)],
  "a connection that is cut": () => "disconnect",
};

for (const [what, how] of Object.entries(survived)) {
  test(`${what} do not keep the update from succeeding`, { timeout: 90_000 }, async () => {
    const { stage } = bench;
    proxy.tamper(spoil([1, 5, 6, 20], how));
    const jobId = await stage.deploy(next);
    const { status, details } = await outcomeOf(stage, jobId);
    assert.equal(status, "SUCCEEDED", JSON.stringify(details));
    assert.ok(proxy.tampered > 0, "something was spoiled");
    assert.equal(runningVersion(stage), "1.1.0");
  });
}

test(
  "a download that never gets a whole block ends with a reason",
  { timeout: 90_000 },
  async () => {
    const { stage } = bench;
    proxy.tamper((topic, payload) => (isBlock(topic) ? [payload.subarray(0, 9)] : [payload]));
    const { status, details } = await outcomeOf(stage, await stage.deploy(next));
    assert.equal(status, "FAILED");
    assert.match(details["detail"] ?? "", /^download-stalled: /);
    assert.equal(runningVersion(stage), "1.0.0");
  },
);

test("a stream that vanishes ends the job with a reason", { timeout: 90_000 }, async () => {
  const { stage } = bench;
  proxy.tamper((topic, payload) => (isBlock(topic) ? [] : [payload]));
  const jobId = await stage.deploy(next);
  await deleteStreams();
  const { status, details } = await outcomeOf(stage, jobId);
  assert.equal(status, "FAILED");
  assert.match(details["detail"] ?? "", /^download-stalled: .*ResourceNotFound/);
  assert.equal(runningVersion(stage), "1.0.0");
});

async function deleteStreams(): Promise<void> {
  const { iot } = bench.stage.aws;
  const { streams = [] } = await iot.send(new ListStreamsCommand({ maxResults: 250 }));
  for (const { streamId } of streams) await iot.send(new DeleteStreamCommand({ streamId }));
}

test(
  "a byte that is changed on the way is noticed by the signature",
  { timeout: 90_000 },
  async () => {
    const { stage } = bench;
    const flip = (payload: Buffer): readonly Uint8Array[] => [
      withBytes(payload, bytes =>
        Uint8Array.from(bytes, (byte, at) => (at === 99 ? byte ^ 1 : byte)),
      ),
    ];
    proxy.tamper(spoil([3], flip));
    const { status, details } = await outcomeOf(stage, await stage.deploy(next));
    assert.equal(status, "REJECTED");
    assert.match(details["detail"] ?? "", /^signature-invalid: /);
    assert.equal(runningVersion(stage), "1.0.0");
  },
);
