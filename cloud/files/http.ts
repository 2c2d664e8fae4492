// SPDX-License-Identifier: MIT
import { SignatureError, type SignedRequest } from "../api/sigv4.js";
import type { Desk } from "../desk.js";
import { S3Error, type S3ErrorCode } from "./buckets.js";
import {
  createBucket,
  deleteBucket,
  getLocation,
  getVersioning,
  headBucket,
  listBuckets,
  listObjects,
  listVersions,
  putVersioning,
} from "./listing.js";
import {
  abortUpload,
  completeUpload,
  createUpload,
  listParts,
  uploadPart,
} from "./multipart-api.js";
import {
  copyObject,
  deleteObject,
  deleteObjects,
  getObject,
  headObject,
  putObject,
} from "./objects.js";
import type { FileOperation, FileRequest, Reply } from "./request.js";
import { decodePercent } from "./url.js";
import { formatXml } from "./xml.js";

/** Query parameters that make another operation of a method. */
const subresources = Object.freeze([
  ...["versioning", "versions", "location", "delete"],
  ...["uploads", "uploadId"],
]);

/** What S3 does at a method on all buckets, a bucket, or an object, with a subresource. */
const operations: Readonly<Record<string, FileOperation>> = Object.freeze({
  "GET /": listBuckets,
  "PUT /bucket": createBucket,
  "HEAD /bucket": headBucket,
  "DELETE /bucket": deleteBucket,
  "GET /bucket": listObjects,
  "GET /bucket?location": getLocation,
  "GET /bucket?versioning": getVersioning,
  "PUT /bucket?versioning": putVersioning,
  "GET /bucket?versions": listVersions,
  "POST /bucket?delete": deleteObjects,
  "PUT /bucket/key": putObject,
  "PUT /bucket/key?copy": copyObject,
  "GET /bucket/key": getObject,
  "HEAD /bucket/key": headObject,
  "DELETE /bucket/key": deleteObject,
  "POST /bucket/key?uploads": createUpload,
  "PUT /bucket/key?uploadId": uploadPart,
  "GET /bucket/key?uploadId": listParts,
  "POST /bucket/key?uploadId": completeUpload,
  "DELETE /bucket/key?uploadId": abortUpload,
});

/**
 * Serves a request of S3, with the bucket in the path; its body is the payload, out of any chunks.
 * @throws S3Error.
 */
export function serveFiles(desk: Desk, signed: SignedRequest): Reply {
  const request = parseRequest(desk, signed);
  const place = [request.bucket && "/bucket", request.key && "/key"].join("") || "/";
  const subresource = subresources.find(name => request.query.has(name));
  const isCopy = signed.headers["x-amz-copy-source"] !== undefined;
  const detail = subresource ?? (isCopy ? "copy" : undefined);
  const name = `${request.method} ${place}${detail === undefined ? "" : `?${detail}`}`;
  const operation = operations[name];
  if (operation !== undefined) return desk.run(() => operation(request));
  throw new S3Error("NotImplemented", `The desk cloud has no S3 operation ${name}`);
}

function parseRequest(desk: Desk, { method, target, headers, body }: SignedRequest): FileRequest {
  const [path = "", query = ""] = target.split("?");
  const [, bucket = "", key = ""] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  return {
    desk,
    method,
    bucket: decodePart(bucket),
    key: decodePart(key),
    query: new URLSearchParams(query),
    headers,
    body,
  };
}

function decodePart(text: string): string {
  const part = decodePercent(text);
  if (part !== undefined) return part;
  throw new S3Error("InvalidURI", `The path is not percent-encoded: ${text}`);
}

/** S3's codes, by what is wrong with a signature. */
const signatureCodes = Object.freeze({
  missing: "AccessDenied",
  malformed: "AuthorizationHeaderMalformed",
  "unknown-key": "InvalidAccessKeyId",
  mismatch: "SignatureDoesNotMatch",
  expired: "AccessDenied",
  skewed: "RequestTimeTooSkewed",
  "body-changed": "XAmzContentSHA256Mismatch",
}) satisfies Readonly<Record<string, S3ErrorCode>>;

/** An error as S3 tells it. */
export function formatFileError(cause: unknown): Reply {
  const error = toS3Error(cause);
  const body = formatXml("Error", { Code: error.code, Message: error.message });
  return { status: error.status, headers: { "content-type": "application/xml" }, body };
}

function toS3Error(cause: unknown): S3Error {
  if (cause instanceof S3Error) return cause;
  const message = cause instanceof Error ? cause.message : "";
  if (cause instanceof SignatureError) return new S3Error(signatureCodes[cause.fault], message);
  return new S3Error("InternalError", message);
}
