// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  AddThingToThingGroupCommand,
  CreateJobCommand,
  CreateStreamCommand,
  CreateThingCommand,
  CreateThingGroupCommand,
  DescribeJobCommand,
  IoTClient,
} from "@aws-sdk/client-iot";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { decode, encode } from "cbor-x";
import { type Announcement, CloudProcess } from "xs-ota/test/support/cloud-process";
import { ROLE } from "xs-ota/test/support/desk";
import { temporaryFolder } from "xs-ota/test/support/files";
import { MqttClient, type Received } from "xs-ota/test/support/mqtt";

const DEVICES = 1000;
const BLOCK = 4096;
const BLOCKS = 16;
/** Requests of an operator that are under way at once. */
const CONCURRENCY = 16;

const image = Buffer.alloc(BLOCK * BLOCKS, "firmware ");

interface Block {
  readonly i: number;
  readonly p: Uint8Array;
}

/** Waits for a notification, downloads all blocks of the stream, and reports the end. */
async function update(client: MqttClient, thing: string): Promise<number> {
  const base = `$aws/things/${thing}`;
  const { payload } = await messageOn(client, `${base}/jobs/notify-next`);
  const { execution } = JSON.parse(payload.toString()) as {
    execution: { jobId: string; jobDocument: { stream: string } };
  };
  const { jobId, jobDocument } = execution;
  const report = (status: string): void =>
    client.publish(`${base}/jobs/${jobId}/update`, JSON.stringify({ status }));
  report("IN_PROGRESS");
  await messageOn(client, `${base}/jobs/${jobId}/update/accepted`);
  const request = encode({ f: 0, l: BLOCK, o: 0, n: BLOCKS });
  client.publish(`${base}/streams/${jobDocument.stream}/get/cbor`, request);
  const received = Buffer.alloc(image.length);
  for (let n = 0; n < BLOCKS; n++) {
    const data = await messageOn(client, `${base}/streams/${jobDocument.stream}/data/cbor`);
    const { i, p } = decode(data.payload) as Block;
    received.set(p, i * BLOCK);
  }
  assert.ok(received.equals(image), `${thing} has the image`);
  report("SUCCEEDED");
  await messageOn(client, `${base}/jobs/${jobId}/update/accepted`);
  return performance.now();
}

async function messageOn(client: MqttClient, topic: string): Promise<Received> {
  for (;;) {
    const message = await client.message();
    if (message.topic === topic) return message;
  }
}

/** Does `act` for every item, a few at a time. */
async function forAll<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<void> {
  const left = [...items];
  const work = async (): Promise<void> => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await act(item);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
}

/** Registers the things in one group, and puts the image in a stream. */
async function prepare(settings: Announcement, iot: IoTClient, names: string[]): Promise<void> {
  await iot.send(new CreateThingGroupCommand({ thingGroupName: "fleet" }));
  await forAll(names, async thingName => {
    await iot.send(new CreateThingCommand({ thingName }));
    await iot.send(new AddThingToThingGroupCommand({ thingGroupName: "fleet", thingName }));
  });
  const { endpoint, region, credentials } = settings;
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: "images" }));
  await s3.send(new PutObjectCommand({ Bucket: "images", Key: "app", Body: image }));
  s3.destroy();
  const files = [{ fileId: 0, s3Location: { bucket: "images", key: "app" } }];
  await iot.send(new CreateStreamCommand({ streamId: "S1", roleArn: ROLE, files }));
}

test(`${DEVICES} devices update in one rollout`, async t => {
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
  const cloud = await CloudProcess.start(temporaryFolder(t));
  t.after(() => cloud.kill());
  const { endpoint, region, credentials, plainMqtt } = cloud.announcement;
  const iot = new IoTClient({ endpoint, region, credentials: { ...credentials } });
  const names = Array.from({ length: DEVICES }, (_, i) => `device-${i}`);
  await prepare(cloud.announcement, iot, names);
  const clients = new Map<string, MqttClient>();
  await forAll(names, async thing => {
    const client = await MqttClient.connect(plainMqtt, thing);
    await client.subscribe(`$aws/things/${thing}/jobs/notify-next`);
    await client.subscribe(`$aws/things/${thing}/streams/S1/data/cbor`, 0);
    clients.set(thing, client);
  });
  const updates = [...clients].map(([thing, client]) => update(client, thing));
  const began = performance.now();
  const targets = ["arn:aws:iot:us-east-1:123456789012:thinggroup/fleet"];
  const document = '{"stream":"S1"}';
  await iot.send(new CreateJobCommand({ jobId: "j1", targets, document }));
  const times = (await Promise.all(updates)).map(end => end - began).sort((a, b) => a - b);
  const { job } = await iot.send(new DescribeJobCommand({ jobId: "j1" }));
  for (const client of clients.values()) client.close();
  iot.destroy();
  assert.equal(job?.status, "COMPLETED");
  assert.equal(job.jobProcessDetails?.numberOfSucceededThings, DEVICES);
  const at = (share: number): string =>
    `${((times[Math.ceil(share * DEVICES) - 1] ?? 0) / 1000).toFixed(2)} s`;
  const rate = (DEVICES / (times.at(-1) ?? 1)) * 1000;
  const memory = Math.round(cloud.peakMemory() / 2 ** 20);
  t.diagnostic(
    `${DEVICES} devices, ${image.length} bytes each: ${rate.toFixed(0)} updates/s, ` +
      `deploy to commit p50 ${at(0.5)}, p99 ${at(0.99)}; cloud at most ${memory} MiB`,
  );
});
