// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { CreateOTAUpdateCommand, DescribeThingCommand } from "@aws-sdk/client-iot";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { packageRoot } from "xs-ota/cli/boards";
import type { Stage } from "xs-ota/cli/demo/stage";
import type { SignedImage } from "xs-ota/cli/firmware";
import { parsePrivateKey, signDetached } from "xs-ota/cli/signing";
import { outcomeOf } from "xs-ota/test/support/stage";
import { board, openStage } from "./bench.js";

const SIZE = 20_000;

/** A file that is not firmware, and begins with a name of ten characters. */
function makeSettings(stage: Stage, name: string): SignedImage {
  const bytes = Buffer.alloc(SIZE, name);
  const key = path.join(path.dirname(stage.flash), "vendor.key.pem");
  return { bytes, ...signDetached(bytes, parsePrivateKey(readFileSync(key), key)) };
}

/** Deploys files in one job, each of a `fileType`. @returns the job's id. */
async function deployTogether(
  { aws, thingName }: Stage,
  files: readonly (readonly [fileType: number, SignedImage])[],
): Promise<string> {
  const { bucket, role } = aws.profile;
  const put = async ([fileType, { bytes, signature }]: (typeof files)[number]) => {
    const fileName = `file-${fileType}`;
    await aws.s3.send(new PutObjectCommand({ Bucket: bucket, Key: fileName, Body: bytes }));
    const customCodeSigning = {
      signature: { inlineDocument: Buffer.from(signature, "base64") },
      certificateChain: { certificateName: "code-signing" },
      hashAlgorithm: "SHA256",
      signatureAlgorithm: "ECDSA",
    };
    const fileLocation = { s3Location: { bucket, key: fileName } };
    return { fileName, fileType, fileLocation, codeSigning: { customCodeSigning } };
  };
  const { thingArn = "" } = await aws.iot.send(new DescribeThingCommand({ thingName }));
  const { awsIotJobId = "" } = await aws.iot.send(
    new CreateOTAUpdateCommand({
      otaUpdateId: "together",
      targets: [thingArn],
      roleArn: role,
      protocols: ["MQTT"],
      files: await Promise.all(files.map(put)),
    }),
  );
  return awsIotJobId;
}

test(`${board}: firmware and a file that is not, in one job, take effect together and outlive the power`, async t => {
  const stage = await openStage(t);
  const manifest = path.join(packageRoot, "test/xs/data-file/manifest.json");
  stage.installDevice(stage.makeFirmware({ version: "1.0.0", manifest }));
  const firmware = stage.makeFirmware({ version: "1.1.0", manifest });
  await stage.console.waitFor(/runs 1\.0\.0 with nothing/);
  const job = await deployTogether(stage, [
    [0, firmware],
    [3, makeSettings(stage, "settings-1")],
  ]);
  const { status } = await outcomeOf(stage, job);
  assert.equal(status, "SUCCEEDED");
  const updated = new RegExp(`runs 1\\.1\\.0 with ${SIZE} bytes, settings-1`);
  await stage.console.waitFor(updated);
  await stage.switchOff();
  const { length } = stage.console.lines;
  stage.switchOn();
  await stage.console.waitFor(updated, length);
});
