// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  CreateOTAUpdateCommand,
  GetJobDocumentCommand,
  ListStreamsCommand,
} from "@aws-sdk/client-iot";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { type Aws, openAws } from "xs-ota/cli/aws";
import type { DeploymentPlan } from "xs-ota/cli/deployment";
import type { JobView } from "xs-ota/cli/job-watch";
import type { Profile } from "xs-ota/cli/profile";
import { createCodeSigningPair } from "xs-ota/cli/signing";
import { CliProcess, type CliRun } from "xs-ota/test/support/cli";
import { thingArn } from "xs-ota/test/support/desk";
import { makeTemporaryFolder } from "xs-ota/test/support/files";
import { MqttClient } from "xs-ota/test/support/mqtt";
import { packImage, signImage } from "xs-ota/toolchain/image";

/*
 * The command line and the desk cloud, each a process of its own, as a user has them. Devices are bare
 * MQTT clients here; test/e2e has real ones.
 */

interface Started {
  readonly endpoint: string;
  readonly plainMqtt: { readonly host: string; readonly port: number };
}

const pair = await createCodeSigningPair("ecdsa-p256", "vendor", 1);
const makeImage = (version: string): Uint8Array =>
  signImage(packImage({ body: Buffer.of(1), version }), pair.privateKey);
const place = makeTemporaryFolder();
const cloud = new CliProcess(["cloud", "--plain-mqtt", "0", "--json"], place.folder);
const started = (await cloud.nextValue()) as Started;

/** Runs a command where `xs-ota cloud` runs, and on it. */
const run = (...args: string[]): Promise<CliRun> =>
  new CliProcess([...args, "--profile", "desk", "--json"], place.folder).end();

before(async () => {
  assert.equal((await run("keys", "--out", ".")).code, 0);
  writeFileSync(join(place.folder, "app.img"), makeImage("1.1.0"));
  writeFileSync(join(place.folder, "next.img"), makeImage("1.2.0"));
});

after(async () => {
  cloud.interrupt();
  const { code } = await cloud.end();
  assert.equal(code, 0, "Ctrl-C ends the cloud");
  assert.ok(!existsSync(join(place.folder, "xs-ota.json")), "and takes its profile away");
  place.remove();
});

const deployImage = (name: string, jobId: string, ...args: string[]): Promise<CliRun> =>
  run("deploy", name, "--key", "code-signing.key.pem", "--job-id", jobId, ...args);

const deploy = (jobId: string, ...args: string[]): Promise<CliRun> =>
  deployImage("app.img", jobId, ...args);

/** Does a job by hand, as a device would: reports `steps`, one after the other. */
async function report(thing: string, jobId: string, steps: readonly object[]): Promise<void> {
  const device = await MqttClient.connect(started.plainMqtt, thing);
  const topic = `$aws/things/${thing}/jobs/${jobId}/update`;
  for (const step of steps) {
    device.publish(topic, JSON.stringify(step));
    assert.match((await device.message()).topic, /\/accepted$/);
  }
  device.close();
}

/** The names of all files, each with the digest of its content, and of all streams. */
async function storedInCloud(): Promise<string[]> {
  const { profiles } = JSON.parse(readFileSync(join(place.folder, "xs-ota.json"), "utf8")) as {
    profiles: { desk: Profile };
  };
  const aws = openAws(profiles.desk);
  const files = await aws.s3.send(new ListObjectsV2Command({ Bucket: profiles.desk.bucket }));
  const { streams = [] } = await aws.iot.send(new ListStreamsCommand());
  aws.close();
  const keys = (files.Contents ?? []).map(({ Key, ETag }) => `${Key} ${ETag}`);
  return [...keys, ...streams.map(({ streamId }) => streamId)].map(String).sort();
}

test("things are made, put in groups, and listed", async () => {
  const added = await run("things", "add", "lamp-1", "lamp-2", "--group", "lamps");
  assert.equal(added.code, 0, added.error);
  await run("things", "add", "other");
  const names = async (...args: string[]): Promise<string[]> =>
    ((await run("things", ...args)).values[0] as { things: string[] }).things.sort();
  assert.deepEqual(await names(), ["lamp-1", "lamp-2", "other"]);
  assert.deepEqual(await names("--group", "lamps"), ["lamp-1", "lamp-2"]);
});

test("a group is rolled out to at the rate that was given", async () => {
  await run("things", "add", "g-1", "g-2", "--group", "slow");
  assert.equal((await deploy("job-g", "--group", "slow", "--rate", "1")).code, 0);
  const view = (await run("jobs", "job-g")).values[0] as JobView;
  assert.equal(view.executions.length, 1, "the second device waits for the next minute");
});

test("a job is deployed, followed while devices report, and ends well", async () => {
  await run("things", "add", "a", "b");
  const deployed = await deploy("job-1", "--thing", "a", "b");
  assert.equal(deployed.code, 0, deployed.error);
  const watch = new CliProcess(
    ["watch", "job-1", "--interval", "100", "--profile", "desk", "--json"],
    place.folder,
  );
  const first = (await watch.nextValue()) as JobView;
  assert.deepEqual(first.executions.map(one => [one.thingName, one.status]).sort(), [
    ["a", "QUEUED"],
    ["b", "QUEUED"],
  ]);
  const half = { status: "IN_PROGRESS", statusDetails: { receive: "1/2" } };
  await report("a", "job-1", [half]);
  const second = (await watch.nextValue()) as JobView;
  const a = second.executions.find(one => one.thingName === "a");
  assert.equal(a?.details["receive"], "1/2");
  const done = { status: "SUCCEEDED", statusDetails: { reason: "accepted v1.1.0" } };
  await report("a", "job-1", [done]);
  await report("b", "job-1", [half, done]);
  const { code, values } = await watch.end();
  assert.equal(code, 0);
  assert.equal((values.at(-1) as JobView).status, "COMPLETED");
});

test("a job that a device rejects ends with exit code 1 and the device's reason", async () => {
  await run("things", "add", "c");
  await deploy("job-2", "--thing", "c");
  const reason = "signature-invalid";
  await report("c", "job-2", [{ status: "REJECTED", statusDetails: { reason } }]);
  const { code, error } = await run("watch", "job-2");
  assert.equal(code, 1);
  assert.match(error, /c {2}REJECTED {2}signature-invalid/);
});

test("a job is listed, looked into, and canceled", async () => {
  await run("things", "add", "d");
  await deploy("job-3", "--thing", "d");
  const { values } = await run("jobs");
  const { jobs } = values[0] as { jobs: { jobId: string }[] };
  assert.ok(jobs.some(({ jobId }) => jobId === "job-3"));
  assert.equal((await run("cancel", "job-3", "--reason", "not today")).code, 0);
  const view = (await run("jobs", "job-3")).values[0] as JobView;
  assert.deepEqual([view.status, view.executions[0]?.status], ["CANCELED", "CANCELED"]);
});

test("what the cloud refuses is an error with the request, the reason, and what to do", async () => {
  const unknown = await run("watch", "no-such-job");
  assert.equal(unknown.code, 4);
  assert.match(unknown.error, /DescribeJob at http.*no-such-job/);
  const nobody = await deploy("job-4", "--thing", "nobody");
  assert.equal(nobody.code, 4);
  assert.match(nobody.error, /DescribeThing.*nobody/);
  assert.match(nobody.error, /xs-ota things/);
});

test("a deployment that fails at its last step leaves no file and no stream behind", async () => {
  await run("things", "add", "e");
  await deploy("job-5", "--thing", "e");
  const before = await storedInCloud();
  const again = await deploy("job-5", "--thing", "e", "--filepath", "other.img");
  assert.equal(again.code, 4, "a job of this name is there already");
  assert.deepEqual(await storedInCloud(), before);
  assert.ok(before.length > 0);
});

test("a deployment whose job's id is taken leaves the file of the job that runs as it is", async () => {
  await run("things", "add", "f");
  await deploy("job-6", "--thing", "f", "--protocol", "both");
  const before = await storedInCloud();
  const again = await deployImage("next.img", "job-6", "--thing", "f", "--filepath", "app.img");
  assert.equal(again.code, 4, "a job of this name is there already");
  assert.deepEqual(await storedInCloud(), before);
});

test("a cloud that is started again has what it had; its faults are checked", async () => {
  const other = makeTemporaryFolder();
  const inOther = (...args: string[]): CliProcess => new CliProcess(args, other.folder);
  for (const expected of [[], ["kept"]]) {
    const again = inOther("cloud", "--json");
    await again.nextValue();
    const list = await inOther("things", "--profile", "desk", "--json").end();
    assert.deepEqual(list.values, [{ things: expected }]);
    await inOther("things", "add", "kept", "--profile", "desk").end();
    again.interrupt();
    assert.equal((await again.end()).code, 0);
  }
  writeFileSync(join(other.folder, "faults.json"), '{"rules": [{"kind": "explode"}]}');
  const { code, error } = await inOther("cloud", "--memory", "--faults", "faults.json").end();
  assert.equal(code, 3);
  assert.match(error, /faults\.json: rules\.0\.kind/);
  other.remove();
});

test("deploy writes the document that CreateOTAUpdate writes for the same file", async () => {
  await run("things", "add", "same");
  const { profiles } = JSON.parse(readFileSync(join(place.folder, "xs-ota.json"), "utf8")) as {
    profiles: { desk: Profile };
  };
  const aws = openAws(profiles.desk);
  for (const [protocol, protocols] of [
    ["mqtt", ["MQTT"]],
    ["http", ["HTTP"]],
    ["both", ["MQTT", "HTTP"]],
  ] as const) {
    const jobId = `same-${protocol}`;
    const deployed = await deploy(jobId, "--thing", "same", "--protocol", protocol);
    assert.equal(deployed.code, 0, deployed.error);
    const [{ key }] = deployed.values as [DeploymentPlan];
    const ours = await documentOf(aws, jobId);
    const [file] = ours.afr_ota.files;
    const signature = {
      inlineDocument: Buffer.from(file?.["sig-sha256-ecdsa"] as string, "base64"),
    };
    const customCodeSigning = {
      signature,
      certificateChain: { certificateName: "code-signing" },
      hashAlgorithm: "SHA256",
      signatureAlgorithm: "ECDSA",
    };
    const { bucket = "", role } = profiles.desk;
    const fileLocation = { s3Location: { bucket, key } };
    const codeSigning = { customCodeSigning };
    await aws.iot.send(
      new CreateOTAUpdateCommand({
        otaUpdateId: jobId,
        targets: [thingArn("same")],
        roleArn: role,
        protocols: [...protocols],
        files: [{ fileName: "app.img", fileType: 0, fileLocation, codeSigning }],
      }),
    );
    const theirs = await documentOf(aws, `AFR_OTA-${jobId}`);
    // each has a stream of its own
    for (const { afr_ota } of [ours, theirs]) {
      if (afr_ota.streamname !== undefined) afr_ota.streamname = "AFR_OTA-stream";
    }
    assert.deepEqual(ours, theirs);
  }
  aws.close();
});

interface OtaDocument {
  readonly afr_ota: { streamname?: string; readonly files: readonly Record<string, unknown>[] };
}

async function documentOf({ iot }: Aws, jobId: string): Promise<OtaDocument> {
  const { document = "" } = await iot.send(new GetJobDocumentCommand({ jobId }));
  return JSON.parse(document) as OtaDocument;
}
