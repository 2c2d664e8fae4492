// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { connect } from "node:tls";
import { ListCertificatesCommand } from "@aws-sdk/client-iot";
import { type Aws, openAws } from "xs-ota/cli/aws";
import { findDeviceEndpoint, rootCertificateOf } from "xs-ota/cli/device-endpoint";
import { openDeskCloud } from "xs-ota/cli/desk-cloud";
import { registerThing } from "xs-ota/cli/registration";
import { type Cloud, startCloud } from "xs-ota/cloud/cloud";
import { CliProcess } from "xs-ota/test/support/cli";
import { temporaryFolder } from "xs-ota/test/support/files";
import { MqttClient } from "xs-ota/test/support/mqtt";
import { readProvisioned } from "xs-ota/test/support/provisioned";

async function openBench(t: TestContext): Promise<Aws> {
  const { cloud, profile } = await openDeskCloud();
  const aws = openAws(profile);
  t.after(async () => {
    aws.close();
    await cloud.close();
  });
  return aws;
}

test("a registered thing connects with its certificate, and asks for its jobs", async t => {
  const aws = await openBench(t);
  const { certificate: cert, privateKey: key } = await registerThing(aws, "t1");
  assert.match(key, /^-----BEGIN PRIVATE KEY-----/);
  const at = await findDeviceEndpoint(aws);
  const socket = connect({ ...at, ca: rootCertificateOf(aws.profile), cert, key });
  await once(socket, "secureConnect");
  const client = await MqttClient.connect(socket, "t1");
  client.publish("$aws/things/t1/jobs/get", "{}");
  assert.equal((await client.message()).topic, "$aws/things/t1/jobs/get/accepted");
  client.publish("$aws/things/t2/jobs/get", "{}");
  await client.closed();
});

test("a registration whose key cannot be stored leaves no certificate behind", async t => {
  const aws = await openBench(t);
  const store = (): void => {
    throw new Error("the disk is full");
  };
  await assert.rejects(registerThing(aws, "t1", { store }), /the disk is full/);
  const { certificates } = await aws.iot.send(new ListCertificatesCommand());
  assert.deepEqual(certificates, []);
});

test("on AWS devices trust Amazon Root CA 1", () => {
  assert.match(rootCertificateOf({}), /^-----BEGIN CERTIFICATE-----\nMIIDQTCC/);
  assert.throws(() => rootCertificateOf({ endpoint: "http://127.0.0.1:1" }), /whom devices trust/);
});

test("without being asked the cloud takes no device without a certificate", async t => {
  const cloud = await startCloud();
  t.after(() => cloud.close());
  assert.equal(cloud.plainMqtt, undefined);
});

test("plain MQTT is for this machine alone, wherever the cloud listens", async t => {
  const cloud = await startCloud({ host: "0.0.0.0", plainMqttPort: 0 });
  t.after(() => cloud.close());
  assert.equal(cloud.plainMqtt?.host, "127.0.0.1");
  assert.equal(cloud.mqtts.host, "0.0.0.0");
});

test("things add writes a key for the user alone, and does not issue a second one", async t => {
  const folder = temporaryFolder(t);
  const cloud = new CliProcess(["cloud", "--memory", "--json"], folder);
  await cloud.nextValue();
  const add = async (...more: string[]): Promise<{ code: number | null; error: string }> =>
    new CliProcess(["things", "add", "t1", "--profile", "desk", ...more], folder).end();
  assert.equal((await add()).code, 0);
  const path = (kind: string): string => join(folder, "things", `t1.${kind}.pem`);
  assert.equal(statSync(path("key")).mode & 0o777, 0o600);
  const certificate = readFileSync(path("cert"), "utf8");
  assert.equal((await add()).code, 0);
  assert.equal(readFileSync(path("cert"), "utf8"), certificate);
  cloud.interrupt();
  await cloud.end();
  const other = new CliProcess(["cloud", "--memory", "--json"], folder);
  await other.nextValue();
  const stale = await add();
  assert.equal(stale.code, 3);
  assert.match(stale.error, /t1\.cert\.pem is there.*no such certificate for t1/);
  assert.equal((await add("--out", "fresh")).code, 0);
  other.interrupt();
  await other.end();
});

test("a cloud whose port is taken opens no other, and its command ends and says so", async t => {
  const cloud = await startCloud();
  t.after(() => cloud.close());
  const folder = temporaryFolder(t);
  for (const option of ["rest", "mqtts", "alpn", "https"]) {
    const taken = String(cloud.mqtts.port);
    const run = new CliProcess(
      ["cloud", "--directory", "state", `--${option}-port`, taken],
      folder,
    );
    const { code, error } = await run.end();
    assert.equal(code, 5, option);
    assert.match(error, /EADDRINUSE.*\n.*Give another --directory, --host or port/, option);
  }
});

test("a board is provisioned with what connects it to the cloud of its profile", async t => {
  const folder = temporaryFolder(t);
  const cloud = new CliProcess(["cloud", "--memory", "--json"], folder);
  await cloud.nextValue();
  const run = async (...args: string[]): Promise<void> => {
    const { code, error } = await new CliProcess([...args, "--profile", "desk"], folder).end();
    assert.equal(code, 0, error);
  };
  await run("keys");
  await run("things", "add", "t1", "--key-type", "rsa-2048");
  const made = ["--cert", "keys/code-signing.cert.pem", "--out", "data.bin"];
  await run("provision", "--board", "esp32", "--thing", "t1", ...made);
  const { endpoint, tls } = readProvisioned(readFileSync(join(folder, "data.bin")));
  assert.ok(tls);
  const { rootCertificate: ca, certificate: cert, privateKey: key } = tls;
  const socket = connect({ ...endpoint, ca, cert, key });
  await once(socket, "secureConnect");
  (await MqttClient.connect(socket, "t1")).close();
  cloud.interrupt();
  await cloud.end();
});

/** Another address of the loopback interface stands for one in a local network. */
test("a cloud for the local network shows devices a certificate for where it listens", async t => {
  const folder = temporaryFolder(t);
  const host = "127.0.0.2";
  const cloud = new CliProcess(["cloud", "--memory", "--host", host, "--json"], folder);
  const { mqtts, endpoint, rootCertificate } = (await cloud.nextValue()) as Cloud;
  assert.equal(mqtts.host, host);
  assert.equal(new URL(endpoint).hostname, host);
  const socket = connect({ ...mqtts, ca: rootCertificate });
  await once(socket, "secureConnect");
  assert.equal(socket.authorizationError, null);
  socket.destroy();
  cloud.interrupt();
  await cloud.end();
});

for (const host of ["0.0.0.0", "::1", "a b"]) {
  test(`a cloud does not listen on ${host}, which devices could not connect to`, async t => {
    const { code, error } = await new CliProcess(
      ["cloud", "--memory", "--host", host],
      temporaryFolder(t),
    ).end();
    assert.equal(code, 2);
    assert.match(error, /a name or an IPv4 address of this machine/);
  });
}
