// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CreateJobCommand, DescribeThingCommand } from "@aws-sdk/client-iot";
import { openStage, outcomeOf, runningVersion, type StageBench } from "xs-ota/test/support/stage";

/* One device gets one bad job document after the other, and in the end a good one. */

let bench: StageBench;
let thingArn: string;
let jobs = 0;

before(async () => {
  bench = await openStage();
  const { stage } = bench;
  stage.installDevice(stage.makeFirmware({ version: "1.0.0" }));
  await stage.console.waitFor(/runs 1\.0\.0/);
  const { thingName } = stage;
  thingArn = String((await stage.aws.iot.send(new DescribeThingCommand({ thingName }))).thingArn);
});
after(() => bench.close());

/** A document that is sound, but for a signature that is none. */
const file = {
  filepath: "firmware.img",
  filesize: 10_000,
  fileid: 0,
  certfile: "code-signing",
  "sig-sha256-ecdsa": "MAA=",
};
const document = { afr_ota: { protocols: ["MQTT"], streamname: "none", files: [file] } };
const withFile = (change: object): object => ({
  afr_ota: { ...document.afr_ota, files: [{ ...file, ...change }] },
});
const withOta = (change: object): object => ({ afr_ota: { ...document.afr_ota, ...change } });

/** Bad documents, and what the operator reads. */
// prettier-ignore
const bad: readonly (readonly [what: string, document: object, reason: RegExp])[] = [
  ["without any file",                     withOta({ files: [] }),                      /files/],
  ["whose files are no list",              withOta({ files: 7 }),                       /files/],
  ["without protocols",                    withOta({ protocols: undefined }),           /protocols/],
  ["with protocols that it cannot speak",  withOta({ protocols: ["FTP"] }),             /protocol/],
  ["without a stream name",                withOta({ streamname: undefined }),          /protocol-unsupported/],
  ["whose stream name leaves its topic",   withOta({ streamname: "../../lamp-2/x" }),   /streamname/],
  ["without a file size",                  withFile({ filesize: undefined }),           /filesize/],
  ["whose file size is 0",                 withFile({ filesize: 0 }),                   /filesize/],
  ["whose file size is negative",          withFile({ filesize: -1 }),                  /filesize/],
  ["whose file size is text",              withFile({ filesize: "many" }),             /filesize/],
  ["whose file does not fit the slot",     withFile({ filesize: 4_000_000_000 }),       /image-too-large/],
  ["without a signature",                  withFile({ "sig-sha256-ecdsa": undefined }), /sig-sha256-ecdsa|signature/],
  ["whose signature is no Base64",         withFile({ "sig-sha256-ecdsa": "*" }),       /sig-sha256-ecdsa/],
  ["with a certificate that it lacks",     withFile({ certfile: "none" }),              /certificate-invalid/],
  ["broader than a board has memory for",  { a: Array.from({ length: 4500 }, () => []) }, /more than 1024/],
  ["deeper than a board has stack for",    { a: JSON.parse("[".repeat(40) + "]".repeat(40)) as object }, /deeper than 16/],
  ["as broad and as long as is read",      { a: Array.from({ length: 480 }, () => []), b: "x".repeat(14_000) }, /afr_ota is missing/],
  ["that is no update at all",             { reboot: true },                            /./],
];

for (const [what, body, reason] of bad) {
  test(`a job document ${what} is refused with a reason`, { timeout: 60_000 }, async () => {
    const { stage } = bench;
    const jobId = `bad-${++jobs}`;
    const text = JSON.stringify(body);
    await stage.aws.iot.send(new CreateJobCommand({ jobId, targets: [thingArn], document: text }));
    const { status, details } = await outcomeOf(stage, jobId);
    assert.equal(status, "REJECTED", JSON.stringify(details));
    assert.match(details["detail"] ?? details["reason"] ?? "", reason);
  });
}

test(
  "after all of them the device runs what it ran, and takes a good update",
  { timeout: 60_000 },
  async () => {
    const { stage } = bench;
    assert.equal(runningVersion(stage), "1.0.0");
    assert.equal(stage.console.lines.filter(line => line.includes(" runs ")).length, 1, "no reset");
    const { status } = await outcomeOf(
      stage,
      await stage.deploy(stage.makeFirmware({ version: "1.1.0" })),
    );
    assert.equal(status, "SUCCEEDED");
    assert.equal(runningVersion(stage), "1.1.0");
  },
);
