// SPDX-License-Identifier: MIT
import { createHash, randomBytes } from "node:crypto";
import type { Store } from "../store/store.js";
import type { Table } from "../store/table.js";
import { type Buckets, type PutOptions, S3Error, type StoredObject } from "./buckets.js";

/** Source: Amazon S3 user guide, "Multipart upload limits": every part but the last. */
const MIN_PART_SIZE = 5 * 1024 * 1024;
const MAX_PARTS = 10_000;

interface Upload {
  readonly uploadId: string;
  readonly bucket: string;
  readonly key: string;
  readonly options: PutOptions;
}

/** One part of an upload that is under way. */
export interface Part {
  readonly uploadId: string;
  /** 1..10,000. */
  readonly partNumber: number;
  readonly etag: string;
  readonly size: number;
  readonly blobId: string;
}

/** What a client says that its parts are. */
export interface PartClaim {
  readonly partNumber: number;
  readonly etag: string;
}

/** Uploads in several parts. Source: Amazon S3 API reference, CreateMultipartUpload and its kin. */
export class MultipartUploads {
  readonly #store: Store;
  readonly #buckets: Buckets;
  readonly #uploads: Table<Upload>;
  readonly #parts: Table<Part>;

  constructor(store: Store, buckets: Buckets) {
    this.#store = store;
    this.#buckets = buckets;
    this.#uploads = store.table("uploads");
    this.#parts = store.table("parts", { upload: p => p.uploadId });
  }

  /** @returns the id of the upload. @throws S3Error "NoSuchBucket". */
  create(bucket: string, key: string, options: PutOptions): string {
    this.#buckets.get(bucket);
    const uploadId = randomBytes(16).toString("base64url");
    this.#uploads.put(uploadId, { uploadId, bucket, key, options });
    return uploadId;
  }

  /** Stores a part; the same number again replaces it. @throws S3Error "NoSuchUpload", "InvalidArgument". */
  putPart(uploadId: string, partNumber: number, bytes: Uint8Array): Part {
    this.#find(uploadId);
    if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > MAX_PARTS) {
      throw new S3Error("InvalidArgument", `partNumber must be 1 to ${MAX_PARTS}`);
    }
    const key = `${uploadId}/${partNumber}`;
    const old = this.#parts.get(key);
    if (old !== undefined) this.#store.deleteBlob(old.blobId);
    const blobId = randomBytes(16).toString("hex");
    this.#store.writeBlob(blobId, bytes);
    const etag = `"${createHash("md5").update(bytes).digest("hex")}"`;
    const part = { uploadId, partNumber, etag, size: bytes.length, blobId };
    this.#parts.put(key, part);
    return part;
  }

  /** The parts so far, by number. @throws S3Error "NoSuchUpload". */
  parts(uploadId: string): Part[] {
    this.#find(uploadId);
    return this.#parts.by("upload", uploadId).sort((a, b) => a.partNumber - b.partNumber);
  }

  /**
   * Makes one object of the parts that are claimed, in that order.
   * @throws S3Error "NoSuchUpload", "InvalidPart", "InvalidPartOrder", "EntityTooSmall".
   */
  complete(uploadId: string, claims: readonly PartClaim[]): StoredObject {
    const { bucket, key, options } = this.#find(uploadId);
    const parts = claims.map(claim => this.#findPart(uploadId, claim));
    checkParts(parts);
    const bytes = Buffer.concat(parts.map(({ blobId }) => this.#store.readBlob(blobId) ?? noBytes));
    const digests = Buffer.concat(parts.map(p => Buffer.from(p.etag.slice(1, -1), "hex")));
    const etag = `"${createHash("md5").update(digests).digest("hex")}-${parts.length}"`;
    const object = this.#buckets.put(bucket, key, bytes, { ...options, etag });
    this.abort(uploadId);
    return object;
  }

  /** Forgets an upload and its parts. @throws S3Error "NoSuchUpload". */
  abort(uploadId: string): void {
    for (const { partNumber, blobId } of this.parts(uploadId)) {
      this.#store.deleteBlob(blobId);
      this.#parts.delete(`${uploadId}/${partNumber}`);
    }
    this.#uploads.delete(uploadId);
  }

  #find(uploadId: string): Upload {
    const upload = this.#uploads.get(uploadId);
    if (upload !== undefined) return upload;
    throw new S3Error("NoSuchUpload", `Upload ${uploadId} does not exist`);
  }

  #findPart(uploadId: string, { partNumber, etag }: PartClaim): Part {
    const part = this.#parts.get(`${uploadId}/${partNumber}`);
    const claimed = etag.replace(/^"|"$/g, "");
    if (part?.etag === `"${claimed}"`) return part;
    throw new S3Error("InvalidPart", `Part ${partNumber} is not there, or has another ETag`);
  }
}

const noBytes = new Uint8Array();

function checkParts(parts: readonly Part[]): void {
  if (parts.length === 0) throw new S3Error("InvalidPart", "An object needs a part");
  if (parts.some((part, i) => i > 0 && part.partNumber <= (parts[i - 1]?.partNumber ?? 0))) {
    throw new S3Error("InvalidPartOrder", "Parts must be in the order of their numbers");
  }
  if (parts.slice(0, -1).some(part => part.size < MIN_PART_SIZE)) {
    throw new S3Error(
      "EntityTooSmall",
      `Every part but the last has ${MIN_PART_SIZE} bytes or more`,
    );
  }
}
