// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { SignatureError, verifySignature } from "xs-ota/cloud/api/sigv4";
import { S3Error } from "xs-ota/cloud/files/buckets";
import { decodeChunks } from "xs-ota/cloud/files/chunked";
import { readPayload } from "xs-ota/cloud/files/payload";

/*
 * Vector: Amazon S3 API reference, "Signature calculations for the Authorization header: transferring payload in
 * multiple chunks", the example of an upload of 66,560 bytes "a".
 */
const credentials = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
const signatures = [
  "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
  "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
  "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
];
const chunks = [Buffer.alloc(65536, "a"), Buffer.alloc(1024, "a"), Buffer.alloc(0)];
const signedAt = Date.UTC(2013, 4, 24);

/** An aws-chunked body; a chunk without a signature is not signed. */
function encode(parts: readonly Uint8Array[], signed: readonly string[], trailer = ""): Buffer {
  const encoded = parts.flatMap((chunk, i) => {
    const signature = signed[i] === undefined ? "" : `;chunk-signature=${signed[i]}`;
    const head = Buffer.from(`${chunk.length.toString(16)}${signature}\r\n`);
    return [head, chunk, Buffer.from(chunk.length === 0 ? "" : "\r\n")];
  });
  return Buffer.concat([...encoded, Buffer.from(`${trailer}\r\n`)]);
}

const body = encode(chunks, signatures);
const request = {
  method: "PUT",
  target: "/examplebucket/chunkObject.txt",
  headers: {
    host: "s3.amazonaws.com",
    "x-amz-date": "20130524T000000Z",
    "x-amz-storage-class": "REDUCED_REDUNDANCY",
    "content-encoding": "aws-chunked",
    "x-amz-decoded-content-length": "66560",
    "content-length": "66824",
    "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    authorization:
      "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request," +
      "SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;" +
      "x-amz-decoded-content-length;x-amz-storage-class," +
      "Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
  },
  body,
};

test("AWS's chunked upload verifies, chunk by chunk", () => {
  assert.equal(body.length, 66824);
  verifySignature(request, credentials, signedAt);
  assert.equal(readPayload(request, credentials).length, 66560);
});

test("a chunk that was changed, left out or not signed is refused", () => {
  const changed = Buffer.from(body);
  changed[100] = 0x62;
  const shortened = encode(
    [chunks[0] as Buffer, Buffer.alloc(0)],
    [signatures[0] ?? "", signatures[2] ?? ""],
  );
  const unsigned = encode(chunks, []);
  for (const bad of [changed, shortened, unsigned]) {
    assert.throws(
      () => readPayload({ ...request, body: bad }, credentials),
      (error: unknown) => error instanceof SignatureError && error.fault === "mismatch",
    );
  }
});

const text = Buffer.from("123456789");
// CRC-32's check value (RFC 3720 and the catalogues of CRCs): 0xCBF43926 for "123456789"
const crc32 = Buffer.from("cbf43926", "hex").toString("base64");
const unsigned = (trailer: string, more: object = {}): typeof request => ({
  ...request,
  headers: {
    ...request.headers,
    "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "x-amz-decoded-content-length": "9",
    ...more,
  },
  body: encode([text, Buffer.alloc(0)], [], trailer),
});

test("the checksum in a trailer is that of the bytes, and comes when it was announced", () => {
  const announced = { "x-amz-trailer": "x-amz-checksum-crc32" };
  const good = unsigned(`x-amz-checksum-crc32:${crc32}\r\n`, announced);
  assert.deepEqual(Buffer.from(readPayload(good, credentials)), text);
  // prettier-ignore
  const faults: readonly [request: typeof request, code: string][] = [
    [unsigned("x-amz-checksum-crc32:AAAAAA==\r\n", announced),         "BadDigest"],
    [unsigned("", announced),                                            "MalformedTrailerError"],
    [unsigned("", { "x-amz-trailer": "constructor" }),                   "MalformedTrailerError"],
    [unsigned("x-amz-checksum-crc64nvme:AAAAAAAAAAA=\r\n"),            "NotImplemented"],
    [unsigned("", { "x-amz-decoded-content-length": "10" }),             "IncompleteBody"],
    [{ ...unsigned(""), body: Buffer.from("9\r\n123456789") },          "InvalidArgument"],
    [{ ...unsigned(""), body: Buffer.from("xyz") },                      "InvalidArgument"],
  ];
  for (const [bad, code] of faults) {
    assert.throws(
      () => readPayload(bad, credentials),
      (error: unknown) => error instanceof S3Error && error.code === code,
      code,
    );
  }
});

test("digests of a body in one piece are checked too", () => {
  const headers = { ...request.headers, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" };
  const plain = { ...request, headers, body: text };
  const sha256 = createHash("sha256").update(text).digest("base64");
  const md5 = createHash("md5").update(text).digest("base64");
  const right = {
    "x-amz-checksum-sha256": sha256,
    "content-md5": md5,
    "x-amz-checksum-crc32": crc32,
  };
  for (const [name, value] of Object.entries(right)) {
    readPayload({ ...plain, headers: { ...headers, [name]: value } }, credentials);
    const wrong = { ...headers, [name]: sha256.replace(/^./, "_") };
    assert.throws(() => readPayload({ ...plain, headers: wrong }, credentials), /did not match/);
  }
});

test("a body that ends in the middle of its chunks is refused, wherever", () => {
  const whole = encode([text, Buffer.alloc(0)], []);
  const lastChunk = whole.indexOf("0\r\n") + 3;
  for (let length = 0; length < lastChunk; length++) {
    assert.throws(() => decodeChunks(whole.subarray(0, length)), S3Error, `${length} bytes`);
  }
});
