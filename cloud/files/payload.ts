// SPDX-License-Identifier: MIT
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { ChunkSignatures, type Credentials, type SignedRequest } from "../api/sigv4.js";
import { S3Error } from "./buckets.js";
import { decodeChunks } from "./chunked.js";

type Headers = Readonly<Record<string, string>>;

/**
 * The bytes that a request on S3 brings: out of their chunks, and with the digests that its headers or its
 * trailer claim for them.
 * @throws S3Error "InvalidArgument", "IncompleteBody", "BadDigest", "NotImplemented"; SignatureError.
 */
export function readPayload(request: SignedRequest, credentials: Credentials): Uint8Array {
  const { headers, body } = request;
  const mode = headers["x-amz-content-sha256"] ?? "";
  if (!mode.startsWith("STREAMING-")) {
    checkDigests(headers, body);
    return body;
  }
  const isSigned = mode.includes("-HMAC-");
  const signatures = isSigned ? new ChunkSignatures(request, credentials) : undefined;
  const { bytes, trailers } = decodeChunks(body, signatures);
  checkLength(headers["x-amz-decoded-content-length"], bytes);
  checkTrailer(headers["x-amz-trailer"], trailers);
  checkDigests({ ...headers, ...trailers }, bytes);
  return bytes;
}

function checkLength(claimed: string | undefined, { length }: Uint8Array): void {
  if (claimed === undefined || Number(claimed) === length) return;
  throw new S3Error("IncompleteBody", `The body has ${length} bytes, not ${claimed}`);
}

/** What a signed header announced must have come. */
function checkTrailer(announced: string | undefined, trailers: Headers): void {
  if (announced === undefined || Object.hasOwn(trailers, announced.toLowerCase())) return;
  throw new S3Error("MalformedTrailerError", `The trailer has no ${announced}`);
}

const hash = (name: string) => (bytes: Uint8Array) =>
  createHash(name).update(bytes).digest("base64");

/** Digests in Base64, by the header that carries them. Source: S3 user guide, "Checking object integrity". */
const digests: Readonly<Record<string, (bytes: Uint8Array) => string>> = Object.freeze({
  "content-md5": hash("md5"),
  "x-amz-checksum-sha1": hash("sha1"),
  "x-amz-checksum-sha256": hash("sha256"),
  "x-amz-checksum-crc32"(bytes: Uint8Array) {
    const value = Buffer.alloc(4);
    value.writeUInt32BE(crc32(bytes));
    return value.toString("base64");
  },
});

const unknownDigests = Object.freeze(["x-amz-checksum-crc32c", "x-amz-checksum-crc64nvme"]);

function checkDigests(headers: Headers, bytes: Uint8Array): void {
  for (const [name, digest] of Object.entries(digests)) {
    const claimed = headers[name];
    if (claimed === undefined || claimed === digest(bytes)) continue;
    throw new S3Error("BadDigest", `The ${name} you specified did not match what we received`);
  }
  const unknown = unknownDigests.find(name => name in headers);
  if (unknown === undefined) return;
  throw new S3Error("NotImplemented", `The desk cloud does not verify ${unknown}`);
}
