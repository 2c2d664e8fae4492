// SPDX-License-Identifier: MIT
import type { StoredObject } from "./buckets.js";
import { empty, type FileOperation, type FileRequest, text, xml } from "./request.js";
import { formatXml, parseXml } from "./xml.js";

/** Source: Amazon S3 API reference, ListObjectsV2: a page has at most 1,000 keys. */
const MAX_KEYS = 1000;

/** ListBuckets. */
export const listBuckets: FileOperation = ({ desk }) => {
  const Bucket = desk.files.list().map(({ name, createdAt }) => ({
    Name: name,
    CreationDate: new Date(createdAt).toISOString(),
  }));
  return xml(formatXml("ListAllMyBucketsResult", { Owner: { ID: "desk" }, Buckets: { Bucket } }));
};

/** CreateBucket. */
export const createBucket: FileOperation = ({ desk, bucket }) => {
  desk.files.create(bucket);
  return empty(200, { location: `/${bucket}` });
};

/** HeadBucket. */
export const headBucket: FileOperation = ({ desk, bucket }) => {
  desk.files.get(bucket);
  return empty(200);
};

/** DeleteBucket. */
export const deleteBucket: FileOperation = ({ desk, bucket }) => {
  desk.files.delete(bucket);
  return empty(204);
};

/** GetBucketLocation: us-east-1 has no name there. */
export const getLocation: FileOperation = ({ desk, bucket }) => {
  desk.files.get(bucket);
  return xml(formatXml("LocationConstraint", {}));
};

/** GetBucketVersioning. */
export const getVersioning: FileOperation = ({ desk, bucket }) => {
  const { versioning } = desk.files.get(bucket);
  const Status = versioning === "Off" ? {} : { Status: versioning };
  return xml(formatXml("VersioningConfiguration", Status));
};

/** PutBucketVersioning. */
export const putVersioning: FileOperation = ({ desk, bucket, body }) => {
  const { Status } = parseXml("VersioningConfiguration", body);
  desk.files.setVersioning(bucket, Status === "Enabled" ? "Enabled" : "Suspended");
  return empty(200);
};

/** ListObjects and ListObjectsV2. */
export const listObjects: FileOperation = request => {
  const { desk, bucket } = request;
  const prefix = text(request, "prefix") ?? "";
  const all = desk.files.allVersions(bucket, prefix);
  const latest = all.filter((object, i) => all[i - 1]?.key !== object.key);
  const token = text(request, "continuation-token");
  const after = token === undefined ? undefined : Buffer.from(token, "base64url").toString();
  const start = after ?? text(request, "start-after") ?? text(request, "marker") ?? "";
  const entries = group(latest, prefix, text(request, "delimiter")).filter(e => e.name > start);
  return formatList(request, entries);
};

/** ListObjectVersions: all of them on one page. */
export const listVersions: FileOperation = request => {
  const { desk, bucket } = request;
  const prefix = text(request, "prefix") ?? "";
  const all = desk.files.allVersions(bucket, prefix);
  const format = (object: StoredObject, i: number): [boolean, object] => [
    object.blobId !== undefined,
    {
      ...formatObject(object),
      VersionId: object.versionId,
      IsLatest: all[i - 1]?.key !== object.key,
    },
  ];
  const rows = all.map(format);
  const Version = rows.filter(([isObject]) => isObject).map(([, row]) => row);
  const DeleteMarker = rows.filter(([isObject]) => !isObject).map(([, row]) => row);
  const head = { Name: bucket, Prefix: prefix, MaxKeys: MAX_KEYS, IsTruncated: false };
  return xml(formatXml("ListVersionsResult", { ...head, Version, DeleteMarker }));
};

/** A key, or the common start of several. */
interface Entry {
  readonly name: string;
  readonly object: StoredObject | undefined;
}

function group(objects: readonly StoredObject[], prefix: string, delimiter?: string): Entry[] {
  const entries = new Map<string, Entry>();
  for (const object of objects) {
    if (object.blobId === undefined) continue;
    const end = delimiter === undefined ? -1 : object.key.indexOf(delimiter, prefix.length);
    const name = end === -1 ? object.key : object.key.slice(0, end + (delimiter?.length ?? 0));
    entries.set(name, { name, object: end === -1 ? object : undefined });
  }
  return [...entries.values()];
}

function formatList(request: FileRequest, entries: readonly Entry[]): ReturnType<FileOperation> {
  const limit = Math.min(Number(text(request, "max-keys") ?? MAX_KEYS), MAX_KEYS);
  const page = entries.slice(0, limit);
  const last = page.at(-1)?.name ?? "";
  const more = entries.length > page.length;
  const next = more && {
    NextContinuationToken: Buffer.from(last).toString("base64url"),
    NextMarker: last,
  };
  return xml(
    formatXml("ListBucketResult", {
      Name: request.bucket,
      Prefix: text(request, "prefix") ?? "",
      KeyCount: page.length,
      MaxKeys: limit,
      IsTruncated: more,
      ...next,
      Contents: page.flatMap(({ object }) => (object ? [formatObject(object)] : [])),
      CommonPrefixes: page.flatMap(({ name, object }) => (object ? [] : [{ Prefix: name }])),
    }),
  );
}

function formatObject({ key, etag, size, lastModified }: StoredObject): object {
  return {
    Key: key,
    LastModified: new Date(lastModified).toISOString(),
    ETag: etag,
    Size: size,
    StorageClass: "STANDARD",
  };
}
