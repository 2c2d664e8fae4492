// SPDX-License-Identifier: MIT
import { putOptions } from "./objects.js";
import { empty, type FileOperation, type FileRequest, text, xml } from "./request.js";
import { formatXml, parseXml } from "./xml.js";

/** CreateMultipartUpload. */
export const createUpload: FileOperation = request => {
  const { desk, bucket: Bucket, key: Key } = request;
  const UploadId = desk.uploads.create(Bucket, Key, putOptions(request));
  return xml(formatXml("InitiateMultipartUploadResult", { Bucket, Key, UploadId }));
};

/** UploadPart. */
export const uploadPart: FileOperation = request => {
  const partNumber = Number(text(request, "partNumber"));
  const { etag } = request.desk.uploads.putPart(uploadIdOf(request), partNumber, request.body);
  return empty(200, { etag });
};

/** ListParts: all of them on one page. */
export const listParts: FileOperation = request => {
  const Part = request.desk.uploads
    .parts(uploadIdOf(request))
    .map(({ partNumber, etag, size }) => ({ PartNumber: partNumber, ETag: etag, Size: size }));
  const { bucket: Bucket, key: Key } = request;
  return xml(formatXml("ListPartsResult", { Bucket, Key, IsTruncated: false, Part }));
};

/** CompleteMultipartUpload. */
export const completeUpload: FileOperation = request => {
  const { Part = [] } = parseXml("CompleteMultipartUpload", request.body);
  const claims = (Part as { PartNumber: string; ETag: string }[]).map(({ PartNumber, ETag }) => ({
    partNumber: Number(PartNumber),
    etag: ETag,
  }));
  const { etag: ETag } = request.desk.uploads.complete(uploadIdOf(request), claims);
  const { bucket: Bucket, key: Key } = request;
  return xml(formatXml("CompleteMultipartUploadResult", { Bucket, Key, ETag }));
};

/** AbortMultipartUpload. */
export const abortUpload: FileOperation = request => {
  request.desk.uploads.abort(uploadIdOf(request));
  return empty(204);
};

function uploadIdOf(request: FileRequest): string {
  return text(request, "uploadId") ?? "";
}
