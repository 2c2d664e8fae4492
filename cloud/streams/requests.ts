// SPDX-License-Identifier: MIT
import type { Codec } from "./codec.js";
import { Rejection, type RejectionCode } from "./rejection.js";

/*
 * Limits of MQTT-based file delivery.
 * Source: AWS IoT developer guide, "Get data blocks from a stream" and service quotas.
 */
const MIN_BLOCK_SIZE = 256;
const MAX_BLOCK_SIZE = 131072;
const MAX_BLOCKS = 98304;
const MAX_BITMAP_SIZE = 12288;
const MAX_TOKEN = 64;
/** Bytes that one request may bring; the rest needs further requests. */
const MAX_REPLY_SIZE = 131072;

/** A get request that may be served as it stands. */
export interface GetRequest {
  readonly token: string | undefined;
  readonly version: number | undefined;
  readonly fileId: number;
  readonly blockSize: number;
  /** Indexes of the wanted blocks, within the file or beyond it, at most as many as one reply brings. */
  blocksOf(fileSize: number): number[];
}

/** The token that a reply echoes; one that is too long, or no text, is none. */
export function tokenOf(message: unknown): string | undefined {
  if (typeof message !== "object" || message === null) return undefined;
  const token = (message as Record<string, unknown>)["c"];
  return typeof token === "string" && token.length <= MAX_TOKEN ? token : undefined;
}

/** @throws Rejection that names the field at fault. */
export function checkToken(message: unknown): Readonly<Record<string, unknown>> {
  if (typeof message !== "object" || message === null || Array.isArray(message)) {
    throw new Rejection("InvalidRequest", "The payload is not a map");
  }
  const fields = message as Record<string, unknown>;
  if (fields["c"] !== undefined && tokenOf(message) === undefined) {
    throw new Rejection("InvalidRequest", `c must be text of at most ${MAX_TOKEN} bytes`);
  }
  return fields;
}

/** @throws Rejection that names the first field at fault. */
export function parseGet(message: unknown, codec: Codec): GetRequest {
  const fields = checkToken(message);
  const need = (name: string, code: RejectionCode, min: number, max: number): number =>
    int(fields, name, code, min, max) ?? missing(name);
  const fileId = need("f", "InvalidRequest", 0, 255);
  const blockSize = need("l", "BlockSizeOutOfBounds", MIN_BLOCK_SIZE, MAX_BLOCK_SIZE);
  const offset = int(fields, "o", "OffsetOutOfBounds", 0, MAX_BLOCKS) ?? 0;
  const count = int(fields, "n", "BlockCountLimitExceeded", 0, MAX_BLOCKS);
  const bitmap = parseBitmap(fields["b"], codec);
  if (count === undefined && bitmap === undefined) {
    throw new Rejection("InvalidRequest", "n or b must be given");
  }
  return {
    token: tokenOf(message),
    version: int(fields, "s", "InvalidRequest", 0, 65535),
    fileId,
    blockSize,
    blocksOf(fileSize) {
      const blockCount = Math.ceil(fileSize / blockSize);
      if (offset >= blockCount && blockCount > 0) {
        throw new Rejection("OffsetOutOfBounds", `o must be less than ${blockCount}`);
      }
      const limit = Math.min(count ?? MAX_BLOCKS, Math.floor(MAX_REPLY_SIZE / blockSize));
      return wantedBlocks(bitmap, offset, blockCount, limit);
    },
  };
}

/** Blocks from `offset` on that the bitmap wants, or all, within the file, up to `limit`. */
function wantedBlocks(
  bitmap: Uint8Array | undefined,
  offset: number,
  blockCount: number,
  limit: number,
): number[] {
  const wanted: number[] = [];
  for (let index = offset; index < blockCount && wanted.length < limit; index++) {
    const bit = index - offset;
    const isWanted = bitmap === undefined || (((bitmap[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1;
    if (isWanted) wanted.push(index);
  }
  return wanted;
}

function parseBitmap(value: unknown, codec: Codec): Uint8Array | undefined {
  if (value === undefined) return undefined;
  const bitmap = codec.parseBitmap(value);
  if (bitmap === undefined) throw new Rejection("InvalidRequest", "b is not a bitmap");
  if (bitmap.length < MAX_BITMAP_SIZE) return bitmap;
  throw new Rejection("BlockBitmapLimitExceeded", `b must be under ${MAX_BITMAP_SIZE} bytes`);
}

function int(
  fields: Readonly<Record<string, unknown>>,
  name: string,
  code: RejectionCode,
  min: number,
  max: number,
): number | undefined {
  const value = fields[name];
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw new Rejection("InvalidRequest", `${name} must be a whole number`);
  }
  if (value >= min && value <= max) return value;
  throw new Rejection(code, `${name} must be ${min} to ${max}`);
}

function missing(name: string): never {
  throw new Rejection("InvalidRequest", `${name} is missing`);
}
