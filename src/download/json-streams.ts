// SPDX-License-Identifier: MIT
import { formatHex } from "xs-ota/pal/bytes";
import { OtaError } from "xs-ota/pal/error";
import { decodeBase64 } from "../job/base64.js";
import { parseJson } from "../job/json.js";
import { isObject, isWhole, type JsonObject } from "../job/read.js";
import { encodeUtf8 } from "../job/utf8.js";
import {
  type GetStream,
  MAX_BYTES_PER_REQUEST,
  type StreamBlock,
  type StreamCodec,
  type StreamRejection,
} from "./streams.js";

/*
 * Messages of AWS IoT Streams in JSON: the keys of CBOR, the bitmap as hexadecimal text and the block as base64.
 * Source: AWS IoT developer guide, "Using MQTT-based file delivery in devices".
 */

/** The largest block as base64, and what is around it. */
const MAX_LENGTH = Math.ceil(MAX_BYTES_PER_REQUEST / 3) * 4 + 1024;

const malformed = (why: string): OtaError => new OtaError("block-malformed", why);

function formatGet(request: GetStream): Uint8Array {
  const { fileId, blockSize, blockOffset, bitmap, blockCount } = request;
  const message = {
    c: "rdy",
    f: fileId,
    l: blockSize,
    o: blockOffset,
    b: `0x${formatHex(bitmap)}`,
    n: blockCount,
  };
  return encodeUtf8(JSON.stringify(message));
}

function read(message: Uint8Array): JsonObject {
  let value: unknown;
  try {
    value = parseJson(message, MAX_LENGTH);
  } catch (error) {
    throw error instanceof OtaError ? malformed(error.message) : error;
  }
  if (isObject(value)) return value;
  throw malformed("JSON has no object");
}

/** @throws OtaError "block-malformed" unless it is a whole number in 0..2^32-1. */
function uint32(message: JsonObject, key: string): number {
  const value = message[key];
  if (isWhole(value, 0, 0xffff_ffff)) return value;
  throw malformed(`a block's ${key} is no whole number`);
}

function readBlock(bytes: Uint8Array): StreamBlock {
  const message = read(bytes);
  const payload = message["p"];
  const block = typeof payload === "string" ? decodeBase64(payload) : undefined;
  if (block === undefined) throw malformed("a block's p is not base64");
  return {
    fileId: uint32(message, "f"),
    blockIndex: uint32(message, "i"),
    blockSize: message["l"] === undefined ? undefined : uint32(message, "l"),
    bytes: block,
  };
}

function readRejection(bytes: Uint8Array): StreamRejection {
  const message = read(bytes);
  const text = (value: unknown, otherwise: string): string =>
    typeof value === "string" ? value : otherwise;
  return {
    code: text(message["o"] ?? message["code"], "unknown"),
    message: text(message["m"] ?? message["message"], ""),
  };
}

/** JSON: a third more bytes than CBOR, and readable for whoever looks on. */
export const jsonStreams: StreamCodec = Object.freeze({
  encoding: "json",
  formatGet,
  readBlock,
  readRejection,
});
