// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { jobRoutes } from "xs-ota/cloud/api/jobs";
import { type ApiRequest, Router } from "xs-ota/cloud/api/routes";
import { SignatureError, verifySignature } from "xs-ota/cloud/api/sigv4";
import { serveFiles } from "xs-ota/cloud/files/http";
import { parseS3Url } from "xs-ota/cloud/files/url";
import { DeskBench, START_MS, thingArn } from "xs-ota/test/support/desk";

/** A percent sign that encodes nothing. */
const bad = "100%.img";

// prettier-ignore
const urls: readonly [name: string, url: string, place: readonly [bucket: string, key: string] | undefined][] = [
  ["a path-style URL",             "https://s3.us-east-1.amazonaws.com/images/a/b", ["images", "a/b"]],
  ["a virtual-hosted-style URL",   "https://images.s3.us-east-1.amazonaws.com/a/b", ["images", "a/b"]],
  ["an S3 URI",                    "s3://images/a/b",                               ["images", "a/b"]],
  ["a key with encoded characters", "s3://images/100%25%20ok",                       ["images", "100% ok"]],
  ["a URL without a key",          "https://s3.us-east-1.amazonaws.com/images",     undefined],
  ["a percent sign for nothing",   `https://s3.us-east-1.amazonaws.com/images/${bad}`, undefined],
  ["bytes that are not UTF-8",     "s3://images/%ff",                               undefined],
  ["text that is no URL",          "images/a",                                      undefined],
];

for (const [name, url, place] of urls) {
  test(`${name} names ${place === undefined ? "no object" : place.join(" ")}`, () => {
    const [bucket, key] = place ?? [];
    assert.deepEqual(parseS3Url(url), place && { bucket, key });
  });
}

function placeholder(url: string): string {
  return JSON.stringify({ url: `\${aws:iot:s3-presigned-url:${url}}` });
}

test("a job whose placeholder names no object is refused, and nothing of it stays", () => {
  const { desk } = new DeskBench();
  const document = placeholder(`https://s3.us-east-1.amazonaws.com/images/${bad}`);
  desk.run(({ things }) => things.create({ thingName: "t1" }));
  assert.throws(() => desk.createJob({ jobId: "j1", targets: [thingArn("t1")], document }), {
    code: "InvalidRequest",
    message: /^document: .*100%\.img/,
  });
  assert.deepEqual(desk.jobs.list(), []);
});

test("a path of the control plane that cannot be decoded is an InvalidRequest", () => {
  const router = new Router(jobRoutes);
  const request = { headers: {}, body: {} } as Omit<ApiRequest, "params" | "query">;
  assert.throws(() => router.serve(new DeskBench().desk, "GET", `/jobs/${bad}`, request), {
    code: "InvalidRequest",
  });
});

test("a path of S3 that cannot be decoded is an InvalidURI, a copy's source an InvalidArgument", () => {
  const { desk } = new DeskBench();
  desk.run(({ files }) => files.create("images"));
  const codeOf = (target: string, headers: Record<string, string>): unknown => {
    try {
      return serveFiles(desk, { method: "PUT", target, headers, body: new Uint8Array() }).status;
    } catch (error) {
      return (error as { code?: unknown }).code;
    }
  };
  assert.equal(codeOf(`/images/${bad}`, {}), "InvalidURI");
  const copy = { "x-amz-copy-source": `images/${bad}` };
  assert.equal(codeOf("/images/a", copy), "InvalidArgument");
});

test("a query that cannot be decoded is a malformed signature's", () => {
  const credentials = { accessKeyId: "AKIATEST", secretAccessKey: "secret" };
  const authorization =
    "AWS4-HMAC-SHA256 Credential=AKIATEST/20260101/us-east-1/iot/aws4_request, SignedHeaders=host, Signature=0";
  const request = {
    method: "GET",
    target: `/jobs?status=${bad}`,
    headers: { authorization, "x-amz-date": "20260101T000000Z" },
    body: new Uint8Array(),
  };
  assert.throws(
    () => verifySignature(request, credentials, START_MS),
    (error: unknown) => error instanceof SignatureError && error.fault === "malformed",
  );
});
