// SPDX-License-Identifier: MIT
import { createHash, randomBytes } from "node:crypto";
import type { Store } from "../store/store.js";
import type { Table } from "../store/table.js";

/** An S3 error code with its HTTP status. Source: Amazon S3 API reference, "List of error codes". */
const statusOf = Object.freeze({
  AccessDenied: 403,
  AuthorizationHeaderMalformed: 400,
  BadDigest: 400,
  BucketAlreadyOwnedByYou: 409,
  BucketNotEmpty: 409,
  EntityTooSmall: 400,
  IncompleteBody: 400,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidBucketName: 400,
  InvalidPart: 400,
  InvalidPartOrder: 400,
  InvalidRange: 416,
  InvalidURI: 400,
  MalformedTrailerError: 400,
  MalformedXML: 400,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchUpload: 404,
  NoSuchVersion: 404,
  NotImplemented: 501,
  PreconditionFailed: 412,
  RequestTimeTooSkewed: 403,
  SignatureDoesNotMatch: 403,
  XAmzContentSHA256Mismatch: 400,
});

export type S3ErrorCode = keyof typeof statusOf;

/** A request on a bucket that cannot be served. */
export class S3Error extends Error {
  readonly code: S3ErrorCode;

  constructor(code: S3ErrorCode, message: string) {
    super(message);
    this.code = code;
  }

  get status(): number {
    return statusOf[this.code];
  }
}

export interface Bucket {
  readonly name: string;
  readonly createdAt: number;
  /** With "Enabled" every write keeps what was there before. */
  readonly versioning: "Off" | "Enabled" | "Suspended";
}

/** One version of one object. Times are in ms since the epoch. */
export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  /** "null" for what was written without versioning. */
  readonly versionId: string;
  /** In quotes, as the header carries it. */
  readonly etag: string;
  readonly size: number;
  readonly lastModified: number;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Absent for a delete marker. */
  readonly blobId?: string;
}

/** What a write may say beside the bytes. */
export interface PutOptions {
  readonly contentType?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Given for a multipart upload, whose ETag is not the MD5 of the whole. */
  readonly etag?: string;
}

/** Buckets of versioned objects. */
export class Buckets {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #buckets: Table<Bucket>;
  readonly #objects: Table<StoredObject>;

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
    this.#buckets = store.table("buckets");
    this.#objects = store.table("objects", {
      bucket: o => o.bucket,
      object: o => `${o.bucket}/${o.key}`,
    });
  }

  /** @throws S3Error "InvalidBucketName", "BucketAlreadyOwnedByYou". */
  create(name: string): void {
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
      throw new S3Error("InvalidBucketName", `${name} is not a bucket name`);
    }
    if (this.#buckets.has(name)) {
      throw new S3Error("BucketAlreadyOwnedByYou", `Bucket ${name} is yours already`);
    }
    this.#buckets.put(name, { name, createdAt: this.#now(), versioning: "Off" });
  }

  list(): Bucket[] {
    return this.#buckets.values();
  }

  /** @throws S3Error "NoSuchBucket". */
  get(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket !== undefined) return bucket;
    throw new S3Error("NoSuchBucket", `Bucket ${name} does not exist`);
  }

  /** @throws S3Error "NoSuchBucket", "BucketNotEmpty". */
  delete(name: string): void {
    this.get(name);
    if (this.#objects.by("bucket", name).length > 0) {
      throw new S3Error("BucketNotEmpty", `Bucket ${name} still holds objects`);
    }
    this.#buckets.delete(name);
  }

  /** @throws S3Error "NoSuchBucket". */
  setVersioning(name: string, versioning: "Enabled" | "Suspended"): void {
    this.#buckets.put(name, { ...this.get(name), versioning });
  }

  /** @throws S3Error "NoSuchBucket". */
  put(bucket: string, key: string, bytes: Uint8Array, options: PutOptions = {}): StoredObject {
    const blobId = randomBytes(16).toString("hex");
    this.#store.writeBlob(blobId, bytes);
    const { metadata = {}, contentType = "binary/octet-stream" } = options;
    const etag = options.etag ?? `"${createHash("md5").update(bytes).digest("hex")}"`;
    return this.#add({ bucket, key, etag, size: bytes.length, contentType, metadata, blobId });
  }

  /**
   * The object as it is now, or the version asked for.
   * @throws S3Error "NoSuchBucket", "NoSuchKey" (a delete marker too), "NoSuchVersion".
   */
  find(bucket: string, key: string, versionId?: string): StoredObject {
    this.get(bucket);
    const versions = this.versions(bucket, key);
    const found =
      versionId === undefined ? versions[0] : versions.find(v => v.versionId === versionId);
    if (found?.blobId !== undefined) return found;
    const code = versionId === undefined ? "NoSuchKey" : "NoSuchVersion";
    throw new S3Error(code, `${bucket} has no ${key}${versionId ? ` at ${versionId}` : ""}`);
  }

  /** @throws S3Error "InternalError" when the disk lost it. */
  read(object: StoredObject): Uint8Array {
    const bytes = object.blobId === undefined ? undefined : this.#store.readBlob(object.blobId);
    if (bytes !== undefined) return bytes;
    throw new S3Error("InternalError", `The bytes of ${object.key} are gone`);
  }

  /** All versions of one object, the newest first. */
  versions(bucket: string, key: string): StoredObject[] {
    return this.#objects.by("object", `${bucket}/${key}`).reverse();
  }

  /** All versions of all objects in key order, the newest of each first. */
  allVersions(bucket: string, prefix = ""): StoredObject[] {
    this.get(bucket);
    const all = this.#objects.by("bucket", bucket).filter(o => o.key.startsWith(prefix));
    return all.reverse().sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
  }

  /**
   * Removes one version for good, or the object: with versioning that leaves a delete marker.
   * @returns the marker, if one was left. Harmless for an object that is not there.
   * @throws S3Error "NoSuchBucket".
   */
  deleteObject(bucket: string, key: string, versionId?: string): StoredObject | undefined {
    const { versioning } = this.get(bucket);
    if (versionId !== undefined || versioning === "Off") {
      this.#drop(bucket, key, versionId ?? "null");
      return undefined;
    }
    const empty = { etag: "", size: 0, contentType: "", metadata: {} };
    return this.#add({ bucket, key, ...empty });
  }

  #add(object: Omit<StoredObject, "versionId" | "lastModified">): StoredObject {
    const { versioning } = this.get(object.bucket);
    const versionId = versioning === "Enabled" ? randomBytes(16).toString("base64url") : "null";
    if (versionId === "null") this.#drop(object.bucket, object.key, versionId);
    const stored = { ...object, versionId, lastModified: this.#now() };
    this.#objects.put(keyOf(stored), stored);
    return stored;
  }

  #drop(bucket: string, key: string, versionId: string): void {
    const place = keyOf({ bucket, key, versionId });
    const old = this.#objects.get(place);
    if (old?.blobId !== undefined) this.#store.deleteBlob(old.blobId);
    this.#objects.delete(place);
  }
}

function keyOf(object: Pick<StoredObject, "bucket" | "key" | "versionId">): string {
  return `${object.bucket}/${object.key}\0${object.versionId}`;
}
