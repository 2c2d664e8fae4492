// SPDX-License-Identifier: MIT
import type { ChunkSignatures } from "../api/sigv4.js";
import { S3Error } from "./buckets.js";

/** What an "aws-chunked" body holds. */
export interface ChunkedPayload {
  readonly bytes: Uint8Array;
  /** Headers after the last chunk, by lower-case name. */
  readonly trailers: Readonly<Record<string, string>>;
}

/**
 * Takes an "aws-chunked" body apart, as SDKs send a stream.
 * @param signatures checks what the chunks and the trailer are signed with; absent when they are not.
 * Source: Amazon S3 API reference, "Signature calculations: transferring payload in multiple chunks".
 * @throws S3Error "InvalidArgument", "IncompleteBody"; SignatureError "mismatch".
 */
export function decodeChunks(body: Uint8Array, signatures?: ChunkSignatures): ChunkedPayload {
  const bytes = Buffer.from(body);
  const chunks: Uint8Array[] = [];
  for (let at = 0; ;) {
    const end = bytes.indexOf("\r\n", at);
    const { size, signature } = readHead(bytes.toString("latin1", at, Math.max(at, end)));
    const chunk = bytes.subarray(end + 2, end + 2 + size);
    if (chunk.length < size) throw new S3Error("IncompleteBody", "The body ends within a chunk");
    signatures?.checkChunk(chunk, signature);
    at = end + 2 + chunk.length;
    if (chunk.length === 0) {
      return {
        bytes: Buffer.concat(chunks),
        trailers: readTrailers(bytes.subarray(at), signatures),
      };
    }
    chunks.push(chunk);
    at += 2;
  }
}

function readHead(line: string): { readonly size: number; readonly signature: string } {
  const head = /^(?<size>[0-9a-f]+)(;chunk-signature=(?<signature>[0-9a-f]{64}))?$/i.exec(line);
  const { size, signature = "" } = head?.groups ?? {};
  if (size !== undefined) return { size: Number.parseInt(size, 16), signature };
  throw new S3Error("InvalidArgument", "The body is not aws-chunked");
}

const SIGNATURE = "x-amz-trailer-signature";

function readTrailers(
  rest: Uint8Array,
  signatures: ChunkSignatures | undefined,
): Readonly<Record<string, string>> {
  const pairs = Buffer.from(rest)
    .toString("latin1")
    .split(/\r?\n/)
    .filter(line => line !== "")
    .map(line => line.split(/:(.*)/s).map(text => text.trim()));
  const { [SIGNATURE]: signature, ...trailers } = Object.fromEntries(
    pairs.map(([name = "", value = ""]) => [name.toLowerCase(), value]),
  ) as Record<string, string>;
  const text = Object.entries(trailers).map(([name, value]) => `${name}:${value}\n`);
  if (text.length > 0) signatures?.checkTrailer(text.join(""), signature ?? "");
  return trailers;
}
