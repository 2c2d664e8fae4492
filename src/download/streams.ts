// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import type { StreamEncoding } from "../job/topics.js";
import { CborReader, CborWriter } from "./cbor.js";

/*
 * Messages of AWS IoT Streams, and how they are in CBOR.
 * Source: AWS IoT developer guide, "Using MQTT-based file delivery in devices"; ota_cbor.c of v3.3.0.
 */

/** Most bytes that one request may bring. Source: AWS IoT Streams limits. */
export const MAX_BYTES_PER_REQUEST = 131_072;

/** A GetStream request. */
export interface GetStream {
  readonly fileId: number;
  /** Bytes, 256..131072. */
  readonly blockSize: number;
  /** Block that bit 0 of `bitmap` stands for, 0..98304. */
  readonly blockOffset: number;
  readonly bitmap: Uint8Array;
  /** Most blocks to be sent. */
  readonly blockCount: number;
}

/** One block of a file. */
export interface StreamBlock {
  readonly fileId: number;
  readonly blockIndex: number;
  /** Block size that the request had, when the message tells. */
  readonly blockSize: number | undefined;
  /** A view into the message. */
  readonly bytes: Uint8Array;
}

/** Why a stream request was refused. */
export interface StreamRejection {
  /** For instance "ResourceNotFound". */
  readonly code: string;
  readonly message: string;
}

/** How the messages are encoded. */
export interface StreamCodec {
  readonly encoding: StreamEncoding;
  /** The bytes of a request, valid until the next one. @throws OtaError "memory-exhausted". */
  formatGet(request: GetStream): Uint8Array;
  /** Reads a data message. @throws OtaError "block-malformed". */
  readBlock(message: Uint8Array): StreamBlock;
  /** Reads a rejected message. @throws OtaError "block-malformed". */
  readRejection(message: Uint8Array): StreamRejection;
}

/** The keys, their order and the client token "rdy" are those of the C library. */
export function writeGetStream(writer: CborWriter, request: GetStream): void {
  writer.reset();
  writer.map(6);
  writer.text("c").text("rdy");
  writer.text("f").uint(request.fileId);
  writer.text("l").uint(request.blockSize);
  writer.text("o").uint(request.blockOffset);
  writer.text("b").byteString(request.bitmap);
  writer.text("n").uint(request.blockCount);
}

/**
 * Reads a data message; its keys may come in any order, and unknown ones are passed over.
 * @throws OtaError "block-malformed".
 */
export function readStreamBlock(message: Uint8Array): StreamBlock {
  const reader = new CborReader(message);
  const found: { fileId?: number; blockIndex?: number; blockSize?: number; bytes?: Uint8Array } =
    {};
  reader.map(key => {
    if (key === "f") found.fileId = reader.uint();
    else if (key === "i") found.blockIndex = reader.uint();
    else if (key === "l") found.blockSize = reader.uint();
    else if (key === "p") found.bytes = reader.byteString();
    else reader.skip();
  });
  const { fileId, blockIndex, blockSize, bytes } = found;
  if (fileId === undefined || blockIndex === undefined || bytes === undefined) {
    throw new OtaError("block-malformed", "a block lacks one of f, i and p");
  }
  return { fileId, blockIndex, blockSize, bytes };
}

/** Reads a rejected message, in the new form (o, m) or in the old one (code, message). @throws OtaError "block-malformed". */
export function readStreamRejection(message: Uint8Array): StreamRejection {
  const reader = new CborReader(message);
  let code = "unknown";
  let text = "";
  reader.map(key => {
    if (key === "o" || key === "code") code = reader.text();
    else if (key === "m" || key === "message") text = reader.text();
    else reader.skip();
  });
  return { code, message: text };
}

/** CBOR: what the C library has. @param buffer where a request is put together */
export function cborStreams(buffer: Uint8Array): StreamCodec {
  const writer = new CborWriter(buffer);
  return Object.freeze({
    encoding: "cbor",
    formatGet(request: GetStream): Uint8Array {
      writeGetStream(writer, request);
      return writer.bytes;
    },
    readBlock: readStreamBlock,
    readRejection: readStreamRejection,
  });
}
