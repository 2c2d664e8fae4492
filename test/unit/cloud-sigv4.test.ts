// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { presignGet, SignatureError, verifySignature } from "xs-ota/cloud/api/sigv4";

/*
 * Vectors: Amazon S3 API reference, "Authenticating requests: using query parameters" and
 * "Examples: signature calculations in the Authorization header".
 */
const credentials = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
const signedAt = Date.UTC(2013, 4, 24);
const host = "examplebucket.s3.amazonaws.com";
const presigned = {
  method: "GET",
  target:
    "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256" +
    "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request" +
    "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host" +
    "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
  headers: { host },
  body: new Uint8Array(),
};
const emptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const withHeader = {
  method: "GET",
  target: "/test.txt",
  headers: {
    host,
    range: "bytes=0-9",
    "x-amz-content-sha256": emptySha256,
    "x-amz-date": "20130524T000000Z",
    authorization:
      "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request," +
      "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date," +
      "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  },
  body: new Uint8Array(),
};

test("AWS's presigned URL is signed as AWS signed it", () => {
  const url = presignGet(`https://${host}/test.txt`, 86400, "us-east-1", credentials, signedAt);
  assert.equal(url, `https://${host}${presigned.target}`);
});

test("AWS's example requests verify", () => {
  verifySignature(presigned, credentials, signedAt);
  verifySignature(withHeader, credentials, signedAt);
});

const hour = 3_600_000;
// prettier-ignore
const faults: readonly [name: string, request: typeof presigned, nowMs: number, fault: string][] = [
  ["a URL a second too old",          presigned, signedAt + 24 * hour + 1000, "expired"],
  ["a URL from the future",           presigned, signedAt - hour,             "skewed"],
  ["a request of an hour ago",        withHeader, signedAt + hour,            "skewed"],
  ["another method",                  { ...withHeader, method: "PUT" }, signedAt, "mismatch"],
  ["another path",                    { ...withHeader, target: "/test.txu" }, signedAt, "mismatch"],
  ["another body",                    { ...withHeader, body: Uint8Array.of(1) }, signedAt, "body-changed"],
  ["another key id",                  { ...presigned, target: presigned.target.replace("AKIAI", "AKIAJ") }, signedAt, "unknown-key"],
  ["no signature",                    { ...presigned, target: "/test.txt" }, signedAt, "missing"],
];

for (const [name, request, nowMs, fault] of faults) {
  test(`${name} is refused as ${fault}`, () => {
    assert.throws(
      () => verifySignature(request, credentials, nowMs),
      (error: unknown) => error instanceof SignatureError && error.fault === fault,
    );
  });
}

test("a presigned URL holds to its last second", () => {
  verifySignature(presigned, credentials, signedAt + 24 * hour);
});
