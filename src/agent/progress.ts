// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import type { AppVersion } from "../job/version.js";
import { decodeUtf8, encodeUtf8 } from "../job/utf8.js";

/*
 * Where an update is, as it is kept in the journal; little-endian. Source: docs/flash-format.md, "Journal".
 *
 *   size  field
 *      1  format      2
 *      1  phase       1 receiving, 2 switching, 3 switched, 4 committed, 5 retried
 *      1  file        index in the job's files
 *      1  log2 of the block size
 *      1  fileType    of the file
 *      4  previous    version that ran when the job began
 *      4  size        bytes of the file
 *     16  identity    last bytes of its signature, zeros before a shorter one
 *     32  image       what identifies the new image, zeros while receiving
 *    1+n  jobId
 *    1+n  note        why a trial was given up
 *    1+n  etag        entity tag of the file as HTTP tells it, empty when it is not known
 *    2+n  bitmap      blocks still wanted; empty when nothing of the file is there
 */

/** How far an update has come. Numbers on the flash: append, never renumber. */
export type Phase = "receiving" | "switching" | "switched" | "committed" | "retried";

const phases: readonly Phase[] = Object.freeze([
  "receiving",
  "switching",
  "switched",
  "committed",
  "retried",
]);

const FORMAT = 2;
const IDENTITY_LENGTH = 16;
/** Bytes of what identifies an image: a SHA-256. */
export const IMAGE_LENGTH = 32;
/** Characters of note and etag; four bytes each at most, and the length must fit in a byte. */
const MAX_TEXT = 60;

/** Where an update is, of what is in the journal. */
export interface Progress {
  readonly phase: Phase;
  readonly jobId: string;
  readonly fileIndex: number;
  readonly log2BlockSize: number;
  readonly fileType: number;
  /** Version that ran when the job began. */
  readonly previous: AppVersion;
  /** Bytes. */
  readonly size: number;
  /** 16 bytes; see {@link identityOf}. */
  readonly identity: Uint8Array;
  /** 32 bytes, all zero while receiving. */
  readonly image: Uint8Array;
  /** Why a trial was given up; empty when it was not. */
  readonly note: string;
  /** Of the file whose blocks `bitmap` counts, if it is known. */
  readonly etag: string | undefined;
  /** Blocks still wanted, as BlockBitmap has them; empty when nothing of the file is there. */
  readonly bitmap: Uint8Array;
}

/** What tells one file from another in the journal: the end of its signature. */
export function identityOf(signature: Uint8Array): Uint8Array {
  const identity = new Uint8Array(IDENTITY_LENGTH);
  const tail = signature.subarray(-IDENTITY_LENGTH);
  identity.set(tail, IDENTITY_LENGTH - tail.length);
  return identity;
}

/** Offsets in a record. */
const PREVIOUS = 5;
const SIZE = 9;
const IDENTITY = 13;
const IMAGE = IDENTITY + IDENTITY_LENGTH;
const TEXTS = IMAGE + IMAGE_LENGTH;
/** Bytes of a record besides its texts and its bitmap. */
const FIXED = 5 + 4 + 4 + IDENTITY_LENGTH + IMAGE_LENGTH + 1 + 1 + 1 + 2;

/** Bytes of a record without note and etag. */
export const recordLength = (jobId: string, bitmapLength: number): number =>
  FIXED + jobId.length + bitmapLength;

/** The record for the journal; of note and etag it has the first 60 characters. */
export function formatProgress(progress: Progress): Uint8Array {
  const jobId = encodeUtf8(progress.jobId);
  const note = encodeUtf8(progress.note.slice(0, MAX_TEXT));
  const etag = encodeUtf8(progress.etag?.slice(0, MAX_TEXT) ?? "");
  const texts = [jobId, note, etag];
  const textLength = texts.reduce((sum, { length }) => sum + length, 0);
  const bytes = new Uint8Array(FIXED + textLength + progress.bitmap.length);
  const view = new DataView(bytes.buffer);
  bytes.set([
    FORMAT,
    phases.indexOf(progress.phase) + 1,
    progress.fileIndex,
    progress.log2BlockSize,
    progress.fileType,
  ]);
  view.setUint32(PREVIOUS, progress.previous, true);
  view.setUint32(SIZE, progress.size, true);
  bytes.set(progress.identity, IDENTITY);
  bytes.set(progress.image, IMAGE);
  let at = TEXTS;
  for (const text of texts) {
    bytes[at] = text.length;
    bytes.set(text, at + 1);
    at += 1 + text.length;
  }
  view.setUint16(at, progress.bitmap.length, true);
  bytes.set(progress.bitmap, at + 2);
  return bytes;
}

/** Takes pieces off the front of a record. */
class Cursor {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  take(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) {
      throw new OtaError("flash-failed", "the journal's record ends early");
    }
    this.#at += length;
    return this.#bytes.slice(this.#at - length, this.#at);
  }

  byte(): number {
    return this.take(1)[0] as number;
  }
}
Object.freeze(Cursor.prototype);

/**
 * @returns `undefined` for a record of a format this version does not know: an update then starts clean.
 * @throws OtaError "flash-failed" for a record of our format that is not whole, which the journal never gives.
 */
export function parseProgress(record: Uint8Array): Progress | undefined {
  const phase = phases[(record[1] ?? 0) - 1];
  if (record[0] !== FORMAT || phase === undefined || record.length < FIXED) return undefined;
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  const cursor = new Cursor(record, TEXTS);
  const jobId = decodeUtf8(cursor.take(cursor.byte()), "flash-failed");
  const note = decodeUtf8(cursor.take(cursor.byte()), "flash-failed");
  const etag = decodeUtf8(cursor.take(cursor.byte()), "flash-failed");
  const bitmapLength = cursor.byte() | (cursor.byte() << 8);
  return Object.freeze({
    phase,
    jobId,
    fileIndex: record[2] as number,
    log2BlockSize: record[3] as number,
    fileType: record[4] as number,
    previous: view.getUint32(PREVIOUS, true),
    size: view.getUint32(SIZE, true),
    identity: record.slice(IDENTITY, IMAGE),
    image: record.slice(IMAGE, TEXTS),
    note,
    etag: etag === "" ? undefined : etag,
    bitmap: cursor.take(bitmapLength),
  });
}
