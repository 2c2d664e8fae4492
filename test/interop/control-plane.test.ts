// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CancelJobCommand,
  CancelJobExecutionCommand,
  CreateJobCommand,
  CreateStreamCommand,
  CreateThingCommand,
  DeleteJobCommand,
  DeleteJobExecutionCommand,
  DeleteThingCommand,
  DescribeEndpointCommand,
  DescribeJobCommand,
  DescribeJobExecutionCommand,
  DescribeStreamCommand,
  DescribeThingCommand,
  GetJobDocumentCommand,
  InvalidRequestException,
  InvalidStateTransitionException,
  IoTClient,
  ListJobExecutionsForJobCommand,
  ListJobExecutionsForThingCommand,
  ListThingsCommand,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
  UpdateThingCommand,
  VersionConflictException,
  paginateListThings,
} from "@aws-sdk/client-iot";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { type CloudBench, openCloud } from "xs-ota/test/support/cloud";
import { ROLE, thingArn } from "xs-ota/test/support/desk";

async function createJob({ iot }: CloudBench, jobId: string, things: string[]): Promise<void> {
  for (const thingName of things) await iot.send(new CreateThingCommand({ thingName }));
  const targets = things.map(thingArn);
  await iot.send(new CreateJobCommand({ jobId, targets, document: '{"do":1}' }));
}

test("things are created, described, changed, listed in pages, and deleted", async t => {
  const { iot } = await openCloud(t);
  for (const thingName of ["t1", "t2", "t3"]) {
    const made = await iot.send(new CreateThingCommand({ thingName }));
    assert.equal(made.thingArn, thingArn(thingName));
  }
  const attributePayload = { attributes: { board: "linux" } };
  await iot.send(new UpdateThingCommand({ thingName: "t1", attributePayload }));
  const described = await iot.send(new DescribeThingCommand({ thingName: "t1" }));
  assert.deepEqual(described.attributes, { board: "linux" });
  assert.equal(described.version, 2);
  const attribute = { attributeName: "board", attributeValue: "linux" };
  const found = await iot.send(new ListThingsCommand(attribute));
  assert.deepEqual(
    found.things?.map(thing => thing.thingName),
    ["t1"],
  );
  await iot.send(new DeleteThingCommand({ thingName: "t2" }));
  const pages: (string | undefined)[][] = [];
  for await (const page of paginateListThings({ client: iot, pageSize: 1 }, {})) {
    pages.push((page.things ?? []).map(thing => thing.thingName));
  }
  assert.deepEqual(pages, [["t1"], ["t3"]]);
});

test("a job is created, described with its counts, cancelled and deleted", async t => {
  const bench = await openCloud(t);
  const { iot } = bench;
  await createJob(bench, "j1", ["t1", "t2"]);
  const { job } = await iot.send(new DescribeJobCommand({ jobId: "j1" }));
  assert.equal(job?.status, "IN_PROGRESS");
  assert.equal(job.jobArn, "arn:aws:iot:us-east-1:123456789012:job/j1");
  assert.equal(job.jobProcessDetails?.numberOfQueuedThings, 2);
  assert.ok(job.createdAt instanceof Date && Date.now() - job.createdAt.getTime() < 60_000);
  const { document } = await iot.send(new GetJobDocumentCommand({ jobId: "j1" }));
  assert.equal(document, '{"do":1}');
  await assert.rejects(
    iot.send(new DeleteJobCommand({ jobId: "j1" })),
    InvalidStateTransitionException,
  );
  await iot.send(new CancelJobCommand({ jobId: "j1", reasonCode: "WRONG", comment: "c" }));
  const after = (await iot.send(new DescribeJobCommand({ jobId: "j1" }))).job;
  assert.deepEqual([after?.status, after?.reasonCode, after?.comment], ["CANCELED", "WRONG", "c"]);
  await iot.send(new DeleteJobCommand({ jobId: "j1" }));
  await assert.rejects(
    iot.send(new DescribeJobCommand({ jobId: "j1" })),
    ResourceNotFoundException,
  );
});

test("executions are listed by job and by thing, described and cancelled", async t => {
  const bench = await openCloud(t);
  const { iot, cloud } = bench;
  await createJob(bench, "j1", ["t1", "t2"]);
  cloud.desk.handle(
    "t1",
    "$aws/things/t1/jobs/j1/update",
    Buffer.from('{"status":"IN_PROGRESS","statusDetails":{"receive":"1/2"}}'),
  );
  const which = { jobId: "j1", thingName: "t1" };
  const { execution } = await iot.send(new DescribeJobExecutionCommand(which));
  assert.deepEqual(execution?.statusDetails, { detailsMap: { receive: "1/2" } });
  assert.deepEqual(
    [execution.status, execution.versionNumber, execution.executionNumber, execution.thingArn],
    ["IN_PROGRESS", 2, 1, thingArn("t1")],
  );
  const status = "QUEUED";
  const queued = await iot.send(new ListJobExecutionsForJobCommand({ jobId: "j1", status }));
  assert.deepEqual(
    queued.executionSummaries?.map(e => e.thingArn),
    [thingArn("t2")],
  );
  const ofThing = await iot.send(new ListJobExecutionsForThingCommand({ thingName: "t1" }));
  assert.deepEqual(
    ofThing.executionSummaries?.map(e => e.jobId),
    ["j1"],
  );
  await assert.rejects(
    iot.send(new CancelJobExecutionCommand(which)),
    InvalidStateTransitionException,
  );
  const forced = { ...which, force: true };
  await assert.rejects(
    iot.send(new CancelJobExecutionCommand({ ...forced, expectedVersion: 1 })),
    VersionConflictException,
  );
  await iot.send(new CancelJobExecutionCommand({ ...forced, expectedVersion: 2 }));
  const after = await iot.send(new DescribeJobExecutionCommand(which));
  assert.deepEqual([after.execution?.status, after.execution?.forceCanceled], ["CANCELED", true]);
});

test("a stream is made of a file in a bucket", async t => {
  const { iot, s3 } = await openCloud(t);
  await s3.send(new CreateBucketCommand({ Bucket: "images" }));
  await s3.send(new PutObjectCommand({ Bucket: "images", Key: "a/b.bin", Body: "abc" }));
  const files = [{ fileId: 0, s3Location: { bucket: "images", key: "a/b.bin" } }];
  const stream = { streamId: "S1", roleArn: ROLE, files };
  const made = await iot.send(new CreateStreamCommand(stream));
  assert.equal(made.streamVersion, 1);
  const { streamInfo } = await iot.send(new DescribeStreamCommand({ streamId: "S1" }));
  assert.deepEqual(streamInfo?.files, files);
  await assert.rejects(iot.send(new CreateStreamCommand(stream)), ResourceAlreadyExistsException);
});

test("a job document may stand in a bucket", async t => {
  const bench = await openCloud(t);
  const { iot, s3 } = bench;
  await iot.send(new CreateThingCommand({ thingName: "t1" }));
  await s3.send(new CreateBucketCommand({ Bucket: "documents" }));
  await s3.send(new PutObjectCommand({ Bucket: "documents", Key: "d.json", Body: '{"a":2}' }));
  const documentSource = "https://s3.us-east-1.amazonaws.com/documents/d.json";
  const targets = [thingArn("t1")];
  await iot.send(new CreateJobCommand({ jobId: "j1", targets, documentSource }));
  const { document } = await iot.send(new GetJobDocumentCommand({ jobId: "j1" }));
  assert.equal(document, '{"a":2}');
});

test("what cannot be is the SDK's typed exception", async t => {
  const bench = await openCloud(t);
  const { iot } = bench;
  await createJob(bench, "j1", ["t1"]);
  const job = { jobId: "j1", targets: [thingArn("t1")], document: "{}" };
  await assert.rejects(iot.send(new CreateJobCommand(job)), ResourceAlreadyExistsException);
  const elsewhere = { ...job, jobId: "j2", targets: [thingArn("t9")] };
  await assert.rejects(iot.send(new CreateJobCommand(elsewhere)), ResourceNotFoundException);
  const noJson = { ...job, jobId: "j2", document: "{" };
  await assert.rejects(iot.send(new CreateJobCommand(noJson)), InvalidRequestException);
});

test("DescribeEndpoint gives the broker", async t => {
  const { iot, cloud } = await openCloud(t);
  const endpoint = await iot.send(new DescribeEndpointCommand({ endpointType: "iot:Data-ATS" }));
  assert.equal(endpoint.endpointAddress, `${cloud.mqtts.host}:${cloud.mqtts.port}`);
});

test("another secret key is refused", async t => {
  const { cloud } = await openCloud(t);
  const { endpoint, region, credentials } = cloud;
  const wrong = { ...credentials, secretAccessKey: "x" };
  const iot = new IoTClient({ endpoint, region, credentials: wrong, maxAttempts: 1 });
  t.after(() => iot.destroy());
  await assert.rejects(iot.send(new ListThingsCommand({})), { name: "InvalidSignatureException" });
});

test("a request without a signature is refused", async t => {
  const { cloud } = await openCloud(t);
  const response = await fetch(`${cloud.endpoint}/things`);
  assert.equal(response.status, 403);
  assert.equal(response.headers.get("x-amzn-errortype"), "MissingAuthenticationTokenException");
});

test("what AWS would heed and this cloud cannot is refused by name", async t => {
  const { iot } = await openCloud(t);
  await iot.send(new CreateThingCommand({ thingName: "t1" }));
  const job = { jobId: "j1", targets: [thingArn("t1")], document: "{}" };
  const maintenanceWindows = [{ startTime: "cron(0 0 * * ? *)", durationInMinutes: 60 }];
  const refused: readonly [field: string, more: object][] = [
    ["schedulingConfig.maintenanceWindows", { schedulingConfig: { maintenanceWindows } }],
    ["destinationPackageVersions", { destinationPackageVersions: ["arn:aws:iot:::package/p"] }],
  ];
  for (const [field, more] of refused) {
    await assert.rejects(
      iot.send(new CreateJobCommand({ ...job, ...more })),
      (error: Error) =>
        error instanceof InvalidRequestException &&
        error.message === `${field}: the desk cloud does not emulate it`,
    );
  }
});

test("only force deletes an execution that is QUEUED, and its job completes without it", async t => {
  const bench = await openCloud(t);
  await createJob(bench, "j1", ["t1"]);
  const which = { jobId: "j1", thingName: "t1", executionNumber: 1 };
  const unforced = new DeleteJobExecutionCommand(which);
  await assert.rejects(bench.iot.send(unforced), InvalidStateTransitionException);
  await bench.iot.send(new DeleteJobExecutionCommand({ ...which, force: true }));
  const { job } = await bench.iot.send(new DescribeJobCommand({ jobId: "j1" }));
  assert.equal(job?.status, "COMPLETED");
});

test("a service that the cloud does not have is refused, also one named as what objects inherit", async t => {
  const { s3 } = await openCloud(t);
  const command = new GetObjectCommand({ Bucket: "b", Key: "k" });
  for (const signingService of ["sns", "constructor"]) {
    const reply = await fetch(await getSignedUrl(s3, command, { signingService }));
    const { message } = (await reply.json()) as { message: string };
    assert.equal(message, `The desk cloud has no service ${signingService}`);
  }
});
