// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { CreateOTAUpdateCommand, DescribeJobCommand } from "@aws-sdk/client-iot";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { registerThing } from "xs-ota/cli/registration";
import { type CloudBench, openCloud } from "xs-ota/test/support/cloud";
import { ROLE, thingArn } from "xs-ota/test/support/desk";
import { startSdkDevice } from "xs-ota/test/support/sdk-device";

const thingName = "sdk-1";
const image = Buffer.alloc(10_000, "firmware ");

async function createUpdate({ iot, s3 }: CloudBench): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket: "images" }));
  await s3.send(new PutObjectCommand({ Bucket: "images", Key: "app", Body: image }));
  const customCodeSigning = {
    signature: { inlineDocument: Buffer.of(0x30, 0) },
    certificateChain: { certificateName: "code-signing" },
    hashAlgorithm: "SHA256",
    signatureAlgorithm: "ECDSA",
  };
  const fileLocation = { s3Location: { bucket: "images", key: "app" } };
  const files = [{ fileName: "app", fileLocation, codeSigning: { customCodeSigning } }];
  const targets = [thingArn(thingName)];
  const update = { otaUpdateId: "u1", targets, roleArn: ROLE, files };
  await iot.send(new CreateOTAUpdateCommand({ ...update, protocols: ["MQTT"] }));
}

for (const listener of ["mqtts", "mqttsAlpn"] as const) {
  test(`AWS's device SDK does an update over ${listener}`, { timeout: 60_000 }, async t => {
    const bench = await openCloud(t);
    const credentials = await registerThing(bench, thingName);
    const { rootCertificate, [listener]: at } = bench.cloud;
    const options = { thingName, ...at, rootCertificate, ...credentials, fileSize: image.length };
    const device = startSdkDevice(options);
    await device.ready;
    await createUpdate(bench);
    assert.deepEqual(await device.update, {
      jobId: "AFR_OTA-u1",
      digest: createHash("sha256").update(image).digest("hex"),
      repeat: "InvalidStateTransition",
    });
    const { job } = await bench.iot.send(new DescribeJobCommand({ jobId: "AFR_OTA-u1" }));
    assert.equal(job?.status, "COMPLETED");
  });
}
