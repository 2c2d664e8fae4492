// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  CreateOTAUpdateCommand,
  type CreateOTAUpdateCommandInput,
  CreateThingCommand,
  DeleteOTAUpdateCommand,
  DescribeJobCommand,
  DescribeStreamCommand,
  GetJobDocumentCommand,
  GetOTAUpdateCommand,
  InvalidRequestException,
  ListOTAUpdatesCommand,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
} from "@aws-sdk/client-iot";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { type CloudBench, openCloud } from "xs-ota/test/support/cloud";
import { ROLE, thingArn } from "xs-ota/test/support/desk";

/*
 * The document's shape: FreeRTOS user guide, sample OTA job documents.
 */
const signature = Buffer.from([0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01]);
const customCodeSigning = {
  signature: { inlineDocument: signature },
  certificateChain: { certificateName: "ecdsa-sha256-signer.crt.pem" },
  hashAlgorithm: "SHA256",
  signatureAlgorithm: "ECDSA",
};

async function openBench(t: TestContext): Promise<CloudBench> {
  const bench = await openCloud(t);
  await bench.iot.send(new CreateThingCommand({ thingName: "t1" }));
  await bench.s3.send(new CreateBucketCommand({ Bucket: "images" }));
  const object = { Bucket: "images", Key: "v1/app.img", Body: new Uint8Array(5000) };
  await bench.s3.send(new PutObjectCommand(object));
  return bench;
}

const update = (more: object = {}): CreateOTAUpdateCommandInput => ({
  otaUpdateId: "update-1",
  targets: [thingArn("t1")],
  roleArn: ROLE,
  protocols: ["MQTT"],
  files: [
    {
      fileName: "/app.img",
      fileType: 0,
      fileVersion: "1.1.0",
      fileLocation: { s3Location: { bucket: "images", key: "v1/app.img" } },
      codeSigning: { customCodeSigning },
      attributes: { kept: "here" },
    },
  ],
  additionalParameters: { also: "here" },
  ...more,
});

const file = {
  filepath: "/app.img",
  filesize: 5000,
  fileid: 0,
  certfile: "ecdsa-sha256-signer.crt.pem",
  fileType: 0,
  "sig-sha256-ecdsa": signature.toString("base64"),
};

async function documentOf({ iot }: CloudBench, jobId: string): Promise<unknown> {
  const { document = "" } = await iot.send(new GetJobDocumentCommand({ jobId }));
  return JSON.parse(document);
}

test("an update over MQTT makes a stream and a job with AWS's document", async t => {
  const bench = await openBench(t);
  const { iot } = bench;
  const made = await iot.send(new CreateOTAUpdateCommand(update()));
  assert.equal(made.awsIotJobId, "AFR_OTA-update-1");
  const document = (await documentOf(bench, "AFR_OTA-update-1")) as {
    afr_ota: { streamname: string };
  };
  const { streamname } = document.afr_ota;
  assert.match(streamname, /^AFR_OTA-[0-9a-f-]{36}$/);
  const files = [{ ...file, update_data_url: null, auth_scheme: null }];
  assert.deepEqual(document, { afr_ota: { protocols: ["MQTT"], streamname, files } });
  const { streamInfo } = await iot.send(new DescribeStreamCommand({ streamId: streamname }));
  const s3Location = { bucket: "images", key: "v1/app.img" };
  assert.deepEqual(streamInfo?.files, [{ fileId: 0, s3Location }]);
});

test("an update is described as it was made", async t => {
  const { iot } = await openBench(t);
  await iot.send(new CreateOTAUpdateCommand(update()));
  const { otaUpdateInfo } = await iot.send(new GetOTAUpdateCommand({ otaUpdateId: "update-1" }));
  assert.equal(otaUpdateInfo?.otaUpdateStatus, "CREATE_COMPLETE");
  const [described] = otaUpdateInfo.otaUpdateFiles ?? [];
  assert.deepEqual(described?.attributes, { kept: "here" });
  const { inlineDocument = [] } = described.codeSigning?.customCodeSigning?.signature ?? {};
  assert.deepEqual(Buffer.from(inlineDocument), signature);
});

test("over HTTP the document has a placeholder and no stream, over both it has all", async t => {
  const bench = await openBench(t);
  const url = "https://s3.us-east-1.amazonaws.com/images/v1/app.img";
  const overHttp = {
    ...file,
    update_data_url: `\${aws:iot:s3-presigned-url:${url}}`,
    auth_scheme: "aws.s3.presigned",
  };
  const http = update({ otaUpdateId: "h", protocols: ["HTTP"] });
  await bench.iot.send(new CreateOTAUpdateCommand(http));
  assert.deepEqual(await documentOf(bench, "AFR_OTA-h"), {
    afr_ota: { protocols: ["HTTP"], files: [overHttp] },
  });
  const both = update({ otaUpdateId: "b", protocols: ["MQTT", "HTTP"] });
  await bench.iot.send(new CreateOTAUpdateCommand(both));
  const { afr_ota } = (await documentOf(bench, "AFR_OTA-b")) as {
    afr_ota: { streamname: string; files: object[] };
  };
  assert.ok(afr_ota.streamname.startsWith("AFR_OTA-"));
  assert.deepEqual(afr_ota.files, [overHttp]);
});

test("rollout, abort, timeout and expiry become those of the job", async t => {
  const { iot } = await openBench(t);
  const rollout = { maximumPerMinute: 5 };
  const criteria = {
    failureType: "FAILED",
    action: "CANCEL",
    thresholdPercentage: 12.5,
    minNumberOfExecutedThings: 3,
  };
  const configs = {
    awsJobExecutionsRolloutConfig: rollout,
    awsJobAbortConfig: { abortCriteriaList: [criteria] },
    awsJobTimeoutConfig: { inProgressTimeoutInMinutes: 7 },
    awsJobPresignedUrlConfig: { expiresInSec: 90 },
  };
  await iot.send(new CreateOTAUpdateCommand(update(configs)));
  const { job } = await iot.send(new DescribeJobCommand({ jobId: "AFR_OTA-update-1" }));
  assert.deepEqual(
    [job?.jobExecutionsRolloutConfig, job?.abortConfig, job?.timeoutConfig],
    [rollout, { criteriaList: [criteria] }, { inProgressTimeoutInMinutes: 7 }],
  );
  assert.deepEqual(job?.presignedUrlConfig, { roleArn: ROLE, expiresInSec: 90 });
});

test("an update is listed, and deleted with its stream and job", async t => {
  const { iot } = await openBench(t);
  await iot.send(new CreateOTAUpdateCommand(update()));
  await assert.rejects(
    iot.send(new CreateOTAUpdateCommand(update())),
    ResourceAlreadyExistsException,
  );
  const { otaUpdates } = await iot.send(new ListOTAUpdatesCommand({}));
  assert.deepEqual(
    otaUpdates?.map(one => one.otaUpdateId),
    ["update-1"],
  );
  const otaUpdateId = "update-1";
  const all = { otaUpdateId, deleteStream: true, forceDeleteAWSJob: true };
  await iot.send(new DeleteOTAUpdateCommand(all));
  const job = new DescribeJobCommand({ jobId: "AFR_OTA-update-1" });
  await assert.rejects(iot.send(job), ResourceNotFoundException);
});

test("an update of a file that is not there, or not signed, is an InvalidRequestException", async t => {
  const { iot } = await openBench(t);
  const [good] = update().files ?? [];
  const missing = { ...good, fileLocation: { s3Location: { bucket: "images", key: "none" } } };
  const unsigned = { ...good, codeSigning: undefined };
  for (const bad of [missing, unsigned]) {
    const request = new CreateOTAUpdateCommand(update({ files: [bad] }));
    await assert.rejects(iot.send(request), InvalidRequestException);
  }
});
