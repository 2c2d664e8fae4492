// SPDX-License-Identifier: MIT
import { type PutOptions, S3Error, type StoredObject } from "./buckets.js";
import { parseRange } from "./range.js";
import { empty, type FileOperation, type FileRequest, type Reply, text, xml } from "./request.js";
import { decodePercent } from "./url.js";
import { formatXml, parseXml } from "./xml.js";

const METADATA = "x-amz-meta-";

/** Content type and metadata, as the headers of a write say them. */
export function putOptions({ headers }: FileRequest): PutOptions {
  const metadata = Object.entries(headers)
    .filter(([name]) => name.startsWith(METADATA))
    .map(([name, value]) => [name.slice(METADATA.length), value] as const);
  return { contentType: headers["content-type"], metadata: Object.fromEntries(metadata) };
}

/** PutObject. */
export const putObject: FileOperation = request => {
  const { desk, bucket, key, body } = request;
  const object = desk.files.put(bucket, key, body, putOptions(request));
  return empty(200, { etag: object.etag, ...versionOf(object) });
};

/** CopyObject. */
export const copyObject: FileOperation = request => {
  const { desk, bucket, key, headers } = request;
  const source = decodePercent(headers["x-amz-copy-source"] ?? "")?.replace(/^\//, "");
  if (source === undefined) {
    throw new S3Error("InvalidArgument", "x-amz-copy-source is not percent-encoded");
  }
  const [path = "", versionId] = source.split("?versionId=");
  const slash = path.indexOf("/");
  const from = desk.files.find(path.slice(0, slash), path.slice(slash + 1), versionId);
  const { contentType, metadata } = from;
  const copy = desk.files.put(bucket, key, desk.files.read(from), { contentType, metadata });
  const LastModified = new Date(copy.lastModified).toISOString();
  return xml(formatXml("CopyObjectResult", { ETag: copy.etag, LastModified }));
};

/** GetObject, with ranges and conditions. Source: RFC 9110, sections 13 and 14. */
export const getObject: FileOperation = request => {
  const object = findObject(request);
  const { headers } = request;
  checkMatch(headers["if-match"], object);
  if (headers["if-none-match"] === object.etag) return empty(304, { etag: object.etag });
  const bytes = request.desk.files.read(object);
  const ifRange = headers["if-range"];
  const isSame = ifRange === undefined || [object.etag, httpDate(object)].includes(ifRange);
  const range = isSame ? parseRange(headers["range"], object.size) : undefined;
  if (range === "unsatisfiable") return unsatisfiable(object);
  const common = headersOf(object);
  if (range === undefined) return { status: 200, headers: common, body: bytes };
  const last = range.first + range.count - 1;
  const contentRange = `bytes ${range.first}-${last}/${object.size}`;
  return {
    status: 206,
    headers: { ...common, "content-range": contentRange },
    body: bytes.subarray(range.first, last + 1),
  };
};

/** HeadObject. */
export const headObject: FileOperation = request => {
  const object = findObject(request);
  checkMatch(request.headers["if-match"], object);
  return empty(200, { ...headersOf(object), "content-length": String(object.size) });
};

/** DeleteObject. */
export const deleteObject: FileOperation = request => {
  const { desk, bucket, key } = request;
  const marker = desk.files.deleteObject(bucket, key, text(request, "versionId"));
  return empty(204, marker && { ...versionOf(marker), "x-amz-delete-marker": "true" });
};

/** DeleteObjects. */
export const deleteObjects: FileOperation = ({ desk, bucket, body }) => {
  const { Object: objects } = parseXml("Delete", body);
  const Deleted = (objects as { Key: string; VersionId?: string }[]).map(({ Key, VersionId }) => {
    desk.files.deleteObject(bucket, Key, VersionId);
    return { Key, ...(VersionId !== undefined && { VersionId }) };
  });
  return xml(formatXml("DeleteResult", { Deleted }));
};

function findObject(request: FileRequest): StoredObject {
  return request.desk.files.find(request.bucket, request.key, text(request, "versionId"));
}

function checkMatch(etag: string | undefined, object: StoredObject): void {
  if (etag === undefined || etag === "*" || etag === object.etag) return;
  throw new S3Error("PreconditionFailed", `The ETag is ${object.etag}`);
}

function unsatisfiable({ size }: StoredObject): Reply {
  const message = `The object has ${size} bytes`;
  return {
    ...xml(formatXml("Error", { Code: "InvalidRange", Message: message })),
    status: 416,
    headers: { "content-type": "application/xml", "content-range": `bytes */${size}` },
  };
}

function headersOf(object: StoredObject): Record<string, string> {
  const metadata = Object.entries(object.metadata).map(
    ([name, value]) => [METADATA + name, value] as const,
  );
  return {
    "content-type": object.contentType,
    "accept-ranges": "bytes",
    etag: object.etag,
    "last-modified": httpDate(object),
    ...versionOf(object),
    ...Object.fromEntries(metadata),
  };
}

function versionOf({ versionId }: StoredObject): Record<string, string> {
  return versionId === "null" ? {} : { "x-amz-version-id": versionId };
}

function httpDate({ lastModified }: StoredObject): string {
  return new Date(lastModified).toUTCString();
}
