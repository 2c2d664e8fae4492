// SPDX-License-Identifier: MIT
import { S3Error } from "./buckets.js";

/**
 * The bytes inside an "aws-chunked" body, as SDKs send a stream. Signatures of single chunks are not
 * looked at; the request's own covers its headers.
 * Source: Amazon S3 API reference, "Signature calculations: transferring payload in multiple chunks".
 * @throws S3Error "InvalidArgument".
 */
export function decodeChunks(body: Uint8Array): Uint8Array {
  const chunks: Uint8Array[] = [];
  const bytes = Buffer.from(body);
  for (let at = 0; ;) {
    const end = bytes.indexOf("\r\n", at);
    const size = /^([0-9a-f]+)(;|$)/i.exec(bytes.toString("latin1", at, Math.max(at, end)))?.[1];
    if (size === undefined) throw new S3Error("InvalidArgument", "The body is not aws-chunked");
    const count = Number.parseInt(size, 16);
    if (count === 0) return Buffer.concat(chunks);
    chunks.push(bytes.subarray(end + 2, end + 2 + count));
    at = end + 2 + count + 2;
  }
}
