// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { Broker } from "xs-ota/cloud/broker";
import { type Cloud, startCloud } from "xs-ota/cloud/cloud";
import { thingArn } from "xs-ota/test/support/desk";
import { MqttClient } from "xs-ota/test/support/mqtt";

async function cloudWithJob(t: TestContext): Promise<Cloud> {
  const cloud = await startCloud({ plainMqttPort: 0 });
  t.after(() => cloud.close());
  cloud.desk.run(({ things, jobs }) => {
    things.create({ thingName: "t1" });
    jobs.create({ jobId: "j1", targets: [thingArn("t1")], document: "{}" });
  });
  return cloud;
}

async function connect(t: TestContext, cloud: Cloud, id: string): Promise<MqttClient> {
  const client = await MqttClient.connect(cloud.plainMqtt, id);
  t.after(() => client.close());
  return client;
}

test("a reply reaches the thing that asked, subscribed or not, and only once", async t => {
  const client = await connect(t, await cloudWithJob(t), "t1");
  const ask = async (): Promise<void> => {
    client.publish("$aws/things/t1/jobs/$next/get", "{}");
    await client.message();
  };
  await ask();
  await client.subscribe("$aws/things/t1/jobs/$next/get/+");
  await ask();
  await ask();
  await client.ping();
  const topics = client.received.map(({ topic }) => topic);
  assert.deepEqual(topics, Array(3).fill("$aws/things/t1/jobs/$next/get/accepted"));
});

test("notifications reach their subscribers", async t => {
  const cloud = await cloudWithJob(t);
  const client = await connect(t, cloud, "t1");
  await client.subscribe("$aws/things/t1/jobs/notify-next");
  cloud.desk.run(({ jobs }) => jobs.cancel("j1", { force: false }));
  const { topic, payload } = await client.message();
  assert.equal(topic, "$aws/things/t1/jobs/notify-next");
  assert.deepEqual((JSON.parse(payload.toString()) as { execution: unknown }).execution, {});
});

test("a client that speaks for another thing is disconnected", async t => {
  const cloud = await cloudWithJob(t);
  const client = await connect(t, cloud, "t2");
  client.publish("$aws/things/t1/jobs/j1/update", '{"status":"FAILED"}');
  await client.closed();
  assert.equal(cloud.desk.jobs.getExecution("t1", "j1").status, "QUEUED");
});

test("no notification is lost among replies and blocks", async t => {
  const cloud = await cloudWithJob(t);
  const client = await connect(t, cloud, "t1");
  await client.subscribe("$aws/things/t1/jobs/notify-next");
  for (let n = 2; n < 30; n++) {
    const document = "{}";
    cloud.desk.run(({ jobs }) =>
      jobs.create({ jobId: `j${n}`, targets: [thingArn("t1")], document }),
    );
  }
  for (let n = 1; n < 30; n++) {
    client.publish("$aws/things/t1/streams/none/get/json", "{}");
    client.publish(`$aws/things/t1/jobs/j${n}/update`, '{"status":"SUCCEEDED"}');
    const topics = [await client.message(), await client.message(), await client.message()];
    assert.deepEqual(topics.map(({ topic }) => topic.split("/").slice(3).join("/")).sort(), [
      `jobs/j${n}/update/accepted`,
      "jobs/notify-next",
      "streams/none/rejected/json",
    ]);
  }
});

/** A broker before services of which one throws, and what it reported. */
async function brokerBefore(
  t: TestContext,
  services: { readonly handle: () => void; readonly allows: (action: string) => boolean },
): Promise<{ readonly client: MqttClient; readonly reports: unknown[] }> {
  const reports: unknown[] = [];
  const broker = await Broker.open({
    handle: services.handle,
    access: { allows: (_, action) => services.allows(action) },
    report: error => void reports.push(error),
  });
  const server = createServer(socket => broker.accept(socket)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = await MqttClient.connect({ host: "127.0.0.1", port }, "t1");
  t.after(async () => {
    client.close();
    await broker.close();
    server.close();
  });
  return { client, reports };
}

const failure = new Error("the disk is full");
const fail = (): never => {
  throw failure;
};

test("what a service throws at a message is reported, and the next message is served", async t => {
  const { client, reports } = await brokerBefore(t, { handle: fail, allows: () => true });
  client.publish("$aws/things/t1/jobs/get", "{}");
  client.publish("$aws/things/t1/jobs/get", "{}");
  await client.ping();
  assert.deepEqual(reports, [failure, failure]);
});

test("who cannot be judged may not publish: the reason is reported, the connection ends", async t => {
  const allows = (action: string): boolean => action === "iot:Connect" || fail();
  const { client, reports } = await brokerBefore(t, { handle: () => undefined, allows });
  client.publish("$aws/things/t1/jobs/get", "{}");
  await client.closed();
  assert.deepEqual(reports, [failure]);
});
