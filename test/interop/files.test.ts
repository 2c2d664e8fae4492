// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  NoSuchBucket,
  NoSuchKey,
  NoSuchUpload,
  NotFound,
  PutBucketVersioningCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { type CloudBench, openCloud } from "xs-ota/test/support/cloud";
import { thingArn } from "xs-ota/test/support/desk";
import { MqttClient } from "xs-ota/test/support/mqtt";

const image = Uint8Array.from({ length: 10_000 }, (_, i) => (i * 31) & 0xff);
const object = { Bucket: "images", Key: "a b/é+(1).bin" };

async function openBucket(t: TestContext): Promise<CloudBench> {
  const bench = await openCloud(t);
  await bench.s3.send(new CreateBucketCommand({ Bucket: "images" }));
  return bench;
}

test("an object comes back as it was put, with its type and metadata", async t => {
  const { s3 } = await openBucket(t);
  const more = { ContentType: "application/x-image", Metadata: { version: "1.2.0" } };
  const put = await s3.send(new PutObjectCommand({ ...object, ...more, Body: image }));
  const got = await s3.send(new GetObjectCommand(object));
  assert.deepEqual(await got.Body?.transformToByteArray(), image);
  assert.deepEqual(
    [got.ETag, got.ContentType, got.Metadata],
    [put.ETag, "application/x-image", { version: "1.2.0" }],
  );
  const head = await s3.send(new HeadObjectCommand(object));
  assert.deepEqual([head.ContentLength, head.ETag], [10_000, put.ETag]);
});

test("an object may be sent as a stream, which the SDK sends in chunks", async t => {
  const { s3 } = await openBucket(t);
  const Body = Readable.from([image.subarray(0, 7000), image.subarray(7000)]);
  await s3.send(new PutObjectCommand({ ...object, Body, ContentLength: image.length }));
  const got = await s3.send(new GetObjectCommand(object));
  assert.deepEqual(await got.Body?.transformToByteArray(), image);
});

test("what is not there is the SDK's typed exception", async t => {
  const { s3 } = await openBucket(t);
  await assert.rejects(s3.send(new GetObjectCommand(object)), NoSuchKey);
  await assert.rejects(s3.send(new HeadObjectCommand(object)), NotFound);
  const elsewhere = { ...object, Bucket: "nowhere" };
  await assert.rejects(s3.send(new PutObjectCommand({ ...elsewhere, Body: "a" })), NoSuchBucket);
});

test("keys are listed by prefix and delimiter, in pages", async t => {
  const { s3 } = await openBucket(t);
  for (const Key of ["a/1", "a/2", "b/1", "c"]) {
    await s3.send(new PutObjectCommand({ Bucket: "images", Key, Body: Key }));
  }
  const list = { Bucket: "images", Delimiter: "/" };
  const top = await s3.send(new ListObjectsV2Command(list));
  assert.deepEqual(
    top.CommonPrefixes?.map(p => p.Prefix),
    ["a/", "b/"],
  );
  assert.deepEqual(
    top.Contents?.map(o => o.Key),
    ["c"],
  );
  const first = await s3.send(new ListObjectsV2Command({ Bucket: "images", MaxKeys: 3 }));
  const ContinuationToken = first.NextContinuationToken;
  const second = await s3.send(new ListObjectsV2Command({ Bucket: "images", ContinuationToken }));
  assert.deepEqual(
    second.Contents?.map(o => o.Key),
    ["c"],
  );
  await s3.send(
    new DeleteObjectsCommand({
      Bucket: "images",
      Delete: { Objects: [{ Key: "a/1" }, { Key: "c" }] },
    }),
  );
  const left = await s3.send(new ListObjectsV2Command({ Bucket: "images" }));
  assert.deepEqual(
    left.Contents?.map(o => o.Key),
    ["a/2", "b/1"],
  );
});

test("with versioning every write and delete is kept", async t => {
  const { s3 } = await openBucket(t);
  const VersioningConfiguration = { Status: "Enabled" as const };
  await s3.send(new PutBucketVersioningCommand({ Bucket: "images", VersioningConfiguration }));
  const first = await s3.send(new PutObjectCommand({ ...object, Body: "1" }));
  await s3.send(new PutObjectCommand({ ...object, Body: "2" }));
  await s3.send(new DeleteObjectCommand(object));
  await assert.rejects(s3.send(new GetObjectCommand(object)), NoSuchKey);
  const VersionId = first.VersionId;
  const got = await s3.send(new GetObjectCommand({ ...object, VersionId }));
  assert.equal(await got.Body?.transformToString(), "1");
  const all = await s3.send(new ListObjectVersionsCommand({ Bucket: "images" }));
  assert.equal(all.Versions?.length, 2);
  assert.equal(all.DeleteMarkers?.[0]?.IsLatest, true);
});

async function presigned({ s3 }: CloudBench, expiresIn = 600): Promise<string> {
  await s3.send(new PutObjectCommand({ ...object, Body: image }));
  return getSignedUrl(s3, new GetObjectCommand(object), { expiresIn });
}

test("a URL that the SDK presigned gives the object, whole or in ranges", async t => {
  const url = await presigned(await openBucket(t));
  const get = (range?: string): Promise<Response> =>
    fetch(url, range === undefined ? {} : { headers: { range } });
  const whole = await get();
  assert.equal(whole.status, 200);
  assert.deepEqual(new Uint8Array(await whole.arrayBuffer()), image);
  // prettier-ignore
  const ranges: [range: string, first: number, last: number][] = [
    ["bytes=0-0",          0,    0],
    ["bytes=100-199",    100,  199],
    ["bytes=9990-",     9990, 9999],
    ["bytes=-10",       9990, 9999],
    ["bytes=9000-99999", 9000, 9999],
  ];
  for (const [range, first, last] of ranges) {
    const part = await get(range);
    assert.equal(part.status, 206, range);
    assert.equal(part.headers.get("content-range"), `bytes ${first}-${last}/10000`);
    assert.deepEqual(new Uint8Array(await part.arrayBuffer()), image.subarray(first, last + 1));
  }
  const beyond = await get("bytes=10000-");
  assert.equal(beyond.status, 416);
  assert.equal(beyond.headers.get("content-range"), "bytes */10000");
});

test("If-Range gives a range only of the same file", async t => {
  const url = await presigned(await openBucket(t));
  const etag = (await fetch(url)).headers.get("etag") ?? "";
  const get = async (ifRange: string): Promise<number> =>
    (await fetch(url, { headers: { range: "bytes=0-9", "if-range": ifRange } })).status;
  assert.equal(await get(etag), 206);
  assert.equal(await get('"another"'), 200);
});

test("a presigned URL is good for its object and method only", async t => {
  const url = await presigned(await openBucket(t));
  const code = async (changed: string, method = "GET"): Promise<string | undefined> => {
    const response = await fetch(changed, { method });
    assert.equal(response.status, 403);
    return /<Code>(\w+)/.exec(await response.text())?.[1];
  };
  assert.equal(await code(url.replace(".bin", ".bim")), "SignatureDoesNotMatch");
  assert.equal(await code(url, "DELETE"), "SignatureDoesNotMatch");
  assert.equal(await code(url.replace("Expires=600", "Expires=900")), "SignatureDoesNotMatch");
});

test("a multipart upload is one object, with the ETag of its parts", async t => {
  const { s3 } = await openBucket(t);
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(object));
  const upload = { ...object, UploadId };
  const bodies = [Buffer.alloc(5 * 1024 * 1024, 1), Buffer.from("tail")];
  const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
  for (const [i, Body] of bodies.entries()) {
    const PartNumber = i + 1;
    const { ETag } = await s3.send(new UploadPartCommand({ ...upload, PartNumber, Body }));
    Parts.push({ PartNumber, ETag });
  }
  const listed = await s3.send(new ListPartsCommand(upload));
  assert.deepEqual(
    listed.Parts?.map(part => part.Size),
    [5 * 1024 * 1024, 4],
  );
  const done = await s3.send(
    new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }),
  );
  // Amazon S3 user guide: the MD5 of the MD5s of the parts, a hyphen, and their number.
  const md5 = (...data: Uint8Array[]): Buffer =>
    createHash("md5").update(Buffer.concat(data)).digest();
  assert.equal(done.ETag, `"${md5(...bodies.map(body => md5(body))).toString("hex")}-2"`);
  const got = await s3.send(new GetObjectCommand(object));
  const bytes = Buffer.from((await got.Body?.transformToByteArray()) ?? []);
  assert.ok(bytes.equals(Buffer.concat(bodies)));
});

test("a part that is too small, missing or out of order fails the upload", async t => {
  const { s3 } = await openBucket(t);
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(object));
  const upload = { ...object, UploadId };
  const tags: (string | undefined)[] = [];
  for (const PartNumber of [1, 2]) {
    const part = new UploadPartCommand({ ...upload, PartNumber, Body: "small" });
    tags.push((await s3.send(part)).ETag);
  }
  const complete = (...numbers: number[]): Promise<unknown> => {
    const Parts = numbers.map(n => ({ PartNumber: n, ETag: tags[n - 1] ?? '"none"' }));
    return s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
  };
  await assert.rejects(complete(1, 2), { name: "EntityTooSmall" });
  await assert.rejects(complete(2, 1), { name: "InvalidPartOrder" });
  await assert.rejects(complete(3), { name: "InvalidPart" });
  await s3.send(new AbortMultipartUploadCommand(upload));
  await assert.rejects(complete(2), NoSuchUpload);
});

test("a placeholder in a job document becomes a URL that works, a new one at each request", async t => {
  t.mock.timers.enable({ apis: ["Date"], now: Date.now() });
  const { s3, cloud } = await openBucket(t);
  await s3.send(new PutObjectCommand({ ...object, Body: image }));
  const path = encodeURIComponent(object.Key).replaceAll("%2F", "/");
  const place = `https://s3.us-east-1.amazonaws.com/images/${path}`;
  const document = JSON.stringify({ url: `\${aws:iot:s3-presigned-url:${place}}` });
  cloud.desk.run(({ things, jobs }) => {
    things.create({ thingName: "t1" });
    const presignedUrlConfig = { expiresInSec: 60 };
    jobs.create({ jobId: "j1", targets: [thingArn("t1")], document, presignedUrlConfig });
  });
  const device = await MqttClient.connect(cloud.plainMqtt, "t1");
  t.after(() => device.close());
  const ask = async (): Promise<string> => {
    device.publish("$aws/things/t1/jobs/$next/get", "{}");
    const { payload } = await device.message();
    const { execution } = JSON.parse(payload.toString()) as {
      execution: { jobDocument: { url: string } };
    };
    return execution.jobDocument.url;
  };
  const url = await ask();
  const response = await fetch(url);
  assert.deepEqual(new Uint8Array(await response.arrayBuffer()), image);
  assert.match(url, /X-Amz-Expires=60&/);
  t.mock.timers.tick(5000);
  const later = await ask();
  assert.notEqual(later, url);
  t.mock.timers.tick(57_000);
  const expired = await fetch(url);
  assert.equal(expired.status, 403);
  assert.match(await expired.text(), /Request has expired/);
  assert.equal((await fetch(later)).status, 200);
});
