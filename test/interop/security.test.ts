// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { connect as connectTls, type TLSSocket } from "node:tls";
import {
  AttachPolicyCommand,
  AttachThingPrincipalCommand,
  CertificateStateException,
  CreateKeysAndCertificateCommand,
  CreatePolicyCommand,
  CreateThingCommand,
  DeleteCertificateCommand,
  DeleteConflictException,
  DeletePolicyCommand,
  DescribeCertificateCommand,
  ListAttachedPoliciesCommand,
  ListThingPrincipalsCommand,
  MalformedPolicyException,
  UpdateCertificateCommand,
} from "@aws-sdk/client-iot";
import { type CloudBench, openCloud } from "xs-ota/test/support/cloud";
import { thingArn } from "xs-ota/test/support/desk";
import { MqttClient } from "xs-ota/test/support/mqtt";

/** AWS IoT developer guide, "Prerequisites for OTA updates using MQTT": the policy of a device. */
const name = "${iot:Connection.Thing.ThingName}";
const arn = (resource: string): string => `arn:aws:iot:us-east-1:123456789012:${resource}`;
const otaPolicy = {
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Action: "iot:Connect", Resource: arn(`client/${name}`) },
    {
      Effect: "Allow",
      Action: "iot:Subscribe",
      Resource: ["jobs", "streams"].map(kind => arn(`topicfilter/$aws/things/${name}/${kind}/*`)),
    },
    {
      Effect: "Allow",
      Action: ["iot:Publish", "iot:Receive"],
      Resource: ["jobs", "streams"].map(kind => arn(`topic/$aws/things/${name}/${kind}/*`)),
    },
  ],
};

interface DeviceKeys {
  readonly certificateId: string;
  readonly cert: string;
  readonly key: string;
}

/** Registers a thing with a certificate and the policy. */
async function enrol({ iot }: CloudBench, thingName: string, policy: object): Promise<DeviceKeys> {
  await iot.send(new CreateThingCommand({ thingName }));
  const made = await iot.send(new CreateKeysAndCertificateCommand({ setAsActive: true }));
  const { certificateArn: target = "", certificateId = "" } = made;
  const policyName = `policy-${thingName}`;
  const policyDocument = JSON.stringify(policy);
  await iot.send(new CreatePolicyCommand({ policyName, policyDocument }));
  await iot.send(new AttachPolicyCommand({ policyName, target }));
  await iot.send(new AttachThingPrincipalCommand({ thingName, principal: target }));
  return { certificateId, cert: made.certificatePem ?? "", key: made.keyPair?.PrivateKey ?? "" };
}

async function open(
  t: TestContext,
  { cloud }: CloudBench,
  keys: { cert?: string; key?: string },
  alpn?: string,
): Promise<TLSSocket> {
  const { host, port } = cloud.mqtts;
  const ALPNProtocols = alpn === undefined ? [] : [alpn];
  const trust = { ca: cloud.rootCertificate, ALPNProtocols, host, port };
  const socket = connectTls({ ...trust, cert: keys.cert, key: keys.key });
  t.after(() => socket.destroy());
  await once(socket, "secureConnect");
  return socket;
}

async function device(
  t: TestContext,
  bench: CloudBench,
  keys: DeviceKeys,
  clientId: string,
): Promise<MqttClient> {
  return MqttClient.connect(await open(t, bench, keys), clientId);
}

function addJob({ cloud }: CloudBench, jobId: string, thingName: string): void {
  const targets = [thingArn(thingName)];
  cloud.desk.run(({ jobs }) => jobs.create({ jobId, targets, document: "{}" }));
}

test("a device does its job over mutual TLS with AWS's OTA policy", async t => {
  const bench = await openCloud(t);
  const keys = await enrol(bench, "t1", otaPolicy);
  addJob(bench, "j1", "t1");
  const socket = await open(t, bench, keys, "x-amzn-mqtt-ca");
  assert.equal(socket.alpnProtocol, "x-amzn-mqtt-ca");
  const client = await MqttClient.connect(socket, "t1");
  await client.subscribe("$aws/things/t1/jobs/notify-next");
  client.publish("$aws/things/t1/jobs/j1/update", '{"status":"SUCCEEDED"}');
  const topics = [(await client.message()).topic, (await client.message()).topic].sort();
  assert.deepEqual(topics, [
    "$aws/things/t1/jobs/j1/update/accepted",
    "$aws/things/t1/jobs/notify-next",
  ]);
});

test("without a certificate of this cloud there is no session", async t => {
  const bench = await openCloud(t);
  const other = await openCloud(t);
  const foreign = await enrol(other, "t1", otaPolicy);
  for (const keys of [{}, foreign]) {
    // TLS 1.3 lets the client finish first: the refusal comes with the next record.
    const session = open(t, bench, keys).then(socket => MqttClient.connect(socket, "t1"));
    await assert.rejects(session, keys === foreign ? "foreign" : "none");
  }
});

test("a certificate that is not ACTIVE connects no more", async t => {
  const bench = await openCloud(t);
  const { iot } = bench;
  const keys = await enrol(bench, "t1", otaPolicy);
  const client = await device(t, bench, keys, "t1");
  const { certificateId } = keys;
  await iot.send(new UpdateCertificateCommand({ certificateId, newStatus: "INACTIVE" }));
  client.publish("$aws/things/t1/jobs/get", "{}");
  await client.closed();
  await assert.rejects(device(t, bench, keys, "t1"));
});

test("certificates and policies guard each other's removal", async t => {
  const bench = await openCloud(t);
  const { iot } = bench;
  const { certificateId } = await enrol(bench, "t1", otaPolicy);
  const described = await iot.send(new DescribeCertificateCommand({ certificateId }));
  const target = described.certificateDescription?.certificateArn ?? "";
  const { principals } = await iot.send(new ListThingPrincipalsCommand({ thingName: "t1" }));
  assert.deepEqual(principals, [target]);
  const { policies } = await iot.send(new ListAttachedPoliciesCommand({ target }));
  assert.deepEqual(
    policies?.map(p => p.policyName),
    ["policy-t1"],
  );
  const policy = new DeletePolicyCommand({ policyName: "policy-t1" });
  await assert.rejects(iot.send(policy), DeleteConflictException);
  const forced = new DeleteCertificateCommand({ certificateId, forceDelete: true });
  await assert.rejects(iot.send(forced), CertificateStateException);
  const bad = { policyName: "p", policyDocument: '{"Statement":[{"Effect":"Maybe"}]}' };
  await assert.rejects(iot.send(new CreatePolicyCommand(bad)), MalformedPolicyException);
});

/** Every topic of Jobs and Streams, below `$aws/things/<thing>/`. */
const requests = [
  "jobs/get",
  "jobs/start-next",
  "jobs/$next/get",
  "jobs/j1/get",
  "jobs/j1/update",
  ...["describe", "get"].flatMap(verb => [`streams/S1/${verb}/json`, `streams/S1/${verb}/cbor`]),
];
const replies = [
  "jobs/notify",
  "jobs/notify-next",
  ...["get", "start-next", "$next/get", "j1/get", "j1/update"].flatMap(operation => [
    `jobs/${operation}/accepted`,
    `jobs/${operation}/rejected`,
  ]),
  ...["description", "data", "rejected"].flatMap(kind => [
    `streams/S1/${kind}/json`,
    `streams/S1/${kind}/cbor`,
  ]),
];

test("policy matrix: each topic is open to its own thing and shut to another", async t => {
  const bench = await openCloud(t);
  const keys = await enrol(bench, "t1", otaPolicy);
  await enrol(bench, "t2", otaPolicy);
  addJob(bench, "j1", "t2");
  for (const topic of requests) {
    const client = await device(t, bench, keys, "t1");
    client.publish(`$aws/things/t1/${topic}`, "");
    await client.message();
    client.publish(`$aws/things/t2/${topic}`, "");
    await client.closed();
  }
  const client = await device(t, bench, keys, "t1");
  for (const topic of [...replies, ...requests, "jobs/#", "jobs/+", "streams/#"]) {
    await client.subscribe(`$aws/things/t1/${topic}`);
    await assert.rejects(client.subscribe(`$aws/things/t2/${topic}`), /not granted/, topic);
  }
  for (const wide of ["#", "$aws/#", "$aws/things/+/jobs/#", "$aws/things/t2/#"]) {
    await assert.rejects(client.subscribe(wide), /not granted/, wide);
  }
  client.received.length = 0;
  bench.cloud.desk.run(({ jobs }) => jobs.cancel("j1", { force: true }));
  await client.ping();
  assert.deepEqual(client.received, [], "nothing of the other thing arrives");
  await assert.rejects(device(t, bench, keys, "t2"), "another's client id");
});

test("a client may not speak on reply topics, not even its own", async t => {
  const bench = await openCloud(t);
  const keys = await enrol(bench, "t1", otaPolicy);
  for (const topic of replies.filter(topic => !topic.includes("notify"))) {
    const client = await device(t, bench, keys, "t1");
    client.publish(`$aws/things/t1/${topic}`, "{}");
    await client.closed();
  }
});
