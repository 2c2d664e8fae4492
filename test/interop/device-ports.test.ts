// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:https";
import { type TestContext, test } from "node:test";
import { connect, type TLSSocket } from "node:tls";
import {
  AttachPolicyCommand,
  CreatePolicyCommand,
  DescribeEndpointCommand,
} from "@aws-sdk/client-iot";
import { registerThing, type ThingCredentials } from "xs-ota/cli/registration";
import type { Listener } from "xs-ota/cloud/device-ports";
import { type CloudBench, openCloud } from "xs-ota/test/support/cloud";
import { thingArn } from "xs-ota/test/support/desk";
import { MqttClient } from "xs-ota/test/support/mqtt";

/*
 * AWS IoT developer guide, "Device communication protocols": 8883 is MQTT, 443 is MQTT when the client names
 * x-amzn-mqtt-ca by ALPN, 8443 is HTTPS; all with client certificates.
 */

interface DeviceBench extends CloudBench {
  readonly credentials: ThingCredentials;
}

async function openDevice(t: TestContext): Promise<DeviceBench> {
  const bench = await openCloud(t);
  return { ...bench, credentials: await registerThing(bench, "t1") };
}

async function open(
  { cloud, credentials }: DeviceBench,
  at: Listener,
  ALPNProtocols: string[],
): Promise<TLSSocket> {
  const { certificate: cert, privateKey: key } = credentials;
  const socket = connect({ ...at, ca: cloud.rootCertificate, cert, key, ALPNProtocols });
  await once(socket, "secureConnect");
  return socket;
}

test("the port that tells protocols by ALPN serves MQTT to who names it", async t => {
  const bench = await openDevice(t);
  const socket = await open(bench, bench.cloud.mqttsAlpn, ["x-amzn-http-ca", "x-amzn-mqtt-ca"]);
  assert.equal(socket.alpnProtocol, "x-amzn-mqtt-ca");
  const client = await MqttClient.connect(socket, "t1");
  client.publish("$aws/things/t1/jobs/get", "{}");
  assert.equal((await client.message()).topic, "$aws/things/t1/jobs/get/accepted");
});

test("without ALPN that port serves nothing, and the MQTT port needs none", async t => {
  const bench = await openDevice(t);
  const silent = open(bench, bench.cloud.mqttsAlpn, []);
  await assert.rejects(silent.then(socket => MqttClient.connect(socket, "t1")));
  await MqttClient.connect(await open(bench, bench.cloud.mqtts, []), "t1");
});

test("a client that names another protocol is refused in the handshake", async t => {
  const bench = await openDevice(t);
  for (const at of [bench.cloud.mqtts, bench.cloud.mqttsAlpn]) {
    await assert.rejects(open(bench, at, ["h2"]), /application protocol|ALPN|alert/i);
  }
});

interface Answer {
  readonly status: number | undefined;
  readonly value: Record<string, unknown>;
}

/** One request over HTTPS with the device's certificate. */
async function ask(
  { cloud, credentials }: DeviceBench,
  method: string,
  path: string,
  body = "",
): Promise<Answer> {
  const { certificate: cert, privateKey: key } = credentials;
  const call = request({ ...cloud.https, method, path, ca: cloud.rootCertificate, cert, key });
  call.end(method === "GET" ? undefined : body);
  const [response] = (await once(call, "response")) as [import("node:http").IncomingMessage];
  const text = (await response.setEncoding("utf8").toArray()).join("");
  return { status: response.statusCode, value: JSON.parse(text) as Record<string, unknown> };
}

/** AWS IoT developer guide, "Authorizing your devices": the actions of the jobs data plane. */
async function allowJobs({ iot, cloud }: DeviceBench): Promise<void> {
  const [target = ""] = cloud.desk.certificates.principalsOf("t1");
  const Resource = "arn:aws:iot:us-east-1:123456789012:thing/${iot:Connection.Thing.ThingName}";
  const Statement = { Effect: "Allow", Action: "iotjobsdata:*", Resource };
  const policyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await iot.send(new CreatePolicyCommand({ policyName: "jobs", policyDocument }));
  await iot.send(new AttachPolicyCommand({ policyName: "jobs", target }));
}

test("a device does its job over HTTPS with its certificate, and sees no other thing's", async t => {
  const bench = await openDevice(t);
  const { cloud, iot } = bench;
  cloud.desk.run(({ things, jobs }) => {
    things.create({ thingName: "t2" });
    jobs.create({ jobId: "j1", targets: [thingArn("t1"), thingArn("t2")], document: '{"a":1}' });
  });
  assert.equal((await ask(bench, "GET", "/things/t1/jobs")).status, 403, "no policy says so yet");
  await allowJobs(bench);
  const { endpointAddress } = await iot.send(
    new DescribeEndpointCommand({ endpointType: "iot:Jobs" }),
  );
  assert.equal(endpointAddress, `${cloud.https.host}:${cloud.https.port}`);
  const started = await ask(bench, "PUT", "/things/t1/jobs/$next", "{}");
  const { jobId, jobDocument } = started.value["execution"] as Record<string, unknown>;
  assert.deepEqual([jobId, jobDocument], ["j1", '{"a":1}']);
  const done = await ask(bench, "POST", "/things/t1/jobs/j1", '{"status":"SUCCEEDED"}');
  assert.equal(done.status, 200);
  assert.equal(cloud.desk.jobs.getExecution("t1", "j1").status, "SUCCEEDED");
  for (const [method, path] of [
    ["GET", "/things/t2/jobs"],
    ["PUT", "/things/t2/jobs/$next"],
    ["GET", "/things/t2/jobs/j1"],
    ["POST", "/things/t2/jobs/j1"],
  ] as const) {
    assert.equal((await ask(bench, method, path, "{}")).status, 403, `${method} ${path}`);
  }
});
