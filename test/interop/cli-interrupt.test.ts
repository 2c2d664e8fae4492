// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { test, type TestContext } from "node:test";
import {
  CreateThingCommand,
  ListCertificatesCommand,
  ListJobsCommand,
  ListStreamsCommand,
} from "@aws-sdk/client-iot";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { type Aws, openAws } from "xs-ota/cli/aws";
import { openDeskCloud } from "xs-ota/cli/desk-cloud";
import { Output } from "xs-ota/cli/output";
import { runProgram } from "xs-ota/cli/program";
import { Session } from "xs-ota/cli/session";
import { createCodeSigningPair } from "xs-ota/cli/signing";
import { CliProcess } from "xs-ota/test/support/cli";
import { temporaryFolder } from "xs-ota/test/support/files";
import { openRestProxy, type RestProxy } from "xs-ota/test/support/rest-proxy";

/* Ctrl-C while a certain request is under way: a proxy holds it until the signal is there. */

interface Bench {
  readonly folder: string;
  readonly proxy: RestProxy;
  /** To the cloud itself. */
  readonly aws: Aws;
}

interface Ended {
  readonly code: number;
  readonly out: string;
}

const pair = await createCodeSigningPair("ecdsa-p256", "vendor", 1);

/** A cloud that knows the thing "lamp", a proxy before it, and a folder with what `deploy` takes. */
async function openBench(t: TestContext): Promise<Bench> {
  const { cloud, profile } = await openDeskCloud();
  t.after(() => cloud.close());
  const proxy = await openRestProxy(t, cloud.endpoint);
  const aws = openAws(profile);
  t.after(() => aws.close());
  await aws.iot.send(new CreateThingCommand({ thingName: "lamp" }));
  const folder = temporaryFolder(t);
  const profiles = { desk: { ...profile, endpoint: proxy.endpoint } };
  writeFileSync(join(folder, "xs-ota.json"), JSON.stringify({ default: "desk", profiles }));
  writeFileSync(join(folder, "key.pem"), pair.privateKey);
  writeFileSync(join(folder, "settings.bin"), "settings");
  return { folder, proxy, aws };
}

/** Runs a command, and interrupts it while a request whose method and path match `at` is under way. */
async function interrupt({ folder, proxy }: Bench, at: RegExp, args: string[]): Promise<Ended> {
  const interruption = new AbortController();
  const [out, error] = [new PassThrough(), new PassThrough()];
  const session = new Session(interruption.signal, new Output({ out, error }));
  const held = proxy.hold(at);
  const ended = runProgram(["--config", join(folder, "xs-ota.json"), ...args], session);
  const early = ended.then(() => Promise.reject(new Error(`ended before: ${error.read()}`)));
  const goOn = await Promise.race([held, early]);
  early.catch(() => undefined);
  interruption.abort();
  goOn();
  return { code: await ended, out: String(out.read()) };
}

function deployJob({ folder }: Bench): string[] {
  const [file, key] = ["settings.bin", "key.pem"].map(name => join(folder, name));
  const what = ["deploy", String(file), "--file-type", "5", "--key", String(key)];
  return [...what, "--thing", "lamp", "--job-id", "job-1"];
}

const interruptDeploy = (bench: Bench, at: RegExp): Promise<Ended> =>
  interrupt(bench, at, deployJob(bench));

/** How many jobs, files and streams the cloud has. */
async function storedIn({ iot, s3, profile }: Aws): Promise<readonly number[]> {
  const { jobs = [] } = await iot.send(new ListJobsCommand());
  const { KeyCount = 0 } = await s3.send(new ListObjectsV2Command({ Bucket: profile.bucket }));
  const { streams = [] } = await iot.send(new ListStreamsCommand());
  return [jobs.length, KeyCount, streams.length];
}

for (const [step, at] of [
  ["a device is looked up", /^GET \/things\//],
  ["its file is put", /^PUT \/firmware\//],
  ["its stream is made", /^POST \/streams\//],
] as const) {
  test(`a deployment that is interrupted while ${step} leaves nothing behind`, async t => {
    const bench = await openBench(t);
    const { code } = await interruptDeploy(bench, at);
    assert.deepEqual(await storedIn(bench.aws), [0, 0, 0]);
    assert.equal(code, 130);
  });
}

test("a deployment that is interrupted while its steps are taken back takes back all", async t => {
  const bench = await openBench(t);
  await interruptDeploy(bench, /^PUT \/jobs\//);
  const before = await storedIn(bench.aws);
  const { code } = await interruptDeploy(bench, /^DELETE \/streams\//);
  assert.deepEqual(await storedIn(bench.aws), before);
  assert.equal(code, 130);
});

test("a deployment that is interrupted while its job is made says whether there is one", async t => {
  const bench = await openBench(t);
  const { code, out } = await interruptDeploy(bench, /^PUT \/jobs\//);
  assert.deepEqual(await storedIn(bench.aws), [1, 1, 1]);
  assert.equal(code, 0);
  assert.match(out, /^job job-1 created .*\n.*too late.*`xs-ota cancel job-1`/);
});

test("a deployment whose job is made, though the answer is lost, keeps its file", async t => {
  const bench = await openBench(t);
  bench.proxy.loseAnswer(/^PUT \/jobs\//);
  const run = await new CliProcess(deployJob(bench), bench.folder).end();
  assert.deepEqual(await storedIn(bench.aws), [1, 1, 1]);
  assert.equal(run.code, 0, run.error);
});

test("a thing whose certificate is interrupted has no files of it, and the cloud no certificate", async t => {
  const bench = await openBench(t);
  const out = join(bench.folder, "things");
  const add = ["things", "add", "new", "--out", out];
  const { code } = await interrupt(bench, /^PUT \/target-policies\//, add);
  assert.equal(code, 130);
  const { certificates } = await bench.aws.iot.send(new ListCertificatesCommand());
  assert.deepEqual(certificates, []);
  for (const kind of ["cert", "key"]) assert.ok(!existsSync(join(out, `new.${kind}.pem`)), kind);
});

for (const [args, at] of [
  [["things"], /^GET \/things/],
  [["jobs"], /^GET \/jobs/],
  [["watch", "job-1"], /^GET \/jobs\/job-1/],
] as const) {
  test(`Ctrl-C ends xs-ota ${args.join(" ")} with 130, though the cloud never answers`, async t => {
    const { folder, proxy } = await openBench(t);
    const held = proxy.hold(at);
    const run = new CliProcess(args, folder);
    await held;
    run.interrupt();
    assert.equal((await run.end()).code, 130);
  });
}

test("more questions at a time than a signal has listeners cause no warning", async t => {
  const { aws } = await openBench(t);
  const asking = openAws(aws.profile, new AbortController().signal);
  t.after(() => asking.close());
  const warned = t.mock.method(process, "emitWarning");
  const ask = (): Promise<unknown> => asking.iot.send(new ListJobsCommand());
  await Promise.all(Array.from({ length: 20 }, ask));
  assert.deepEqual(warned.mock.calls, []);
});

test("a job whose cancellation is asked for when Ctrl-C comes is said to be canceled", async t => {
  const bench = await openBench(t);
  await interruptDeploy(bench, /^PUT \/jobs\//);
  const { code, out } = await interrupt(bench, /^PUT \/jobs\/job-1\/cancel/, ["cancel", "job-1"]);
  assert.equal(code, 0);
  assert.match(out, /canceled job job-1/);
});
