// SPDX-License-Identifier: MIT
import type { IncomingMessage, ServerResponse } from "node:http";
import { IotError } from "../errors.js";
import { S3Error } from "../files/buckets.js";
import type { Reply } from "../files/request.js";
import { SignatureError, type SignedRequest } from "./sigv4.js";

/** The largest body, in bytes: an image of 24 MB and what S3 wraps around it. */
const MAX_BODY = 64 * 1024 * 1024;

/** A request with its whole body. @throws RangeError when the body is too long. */
export async function readRequest(incoming: IncomingMessage): Promise<SignedRequest> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new RangeError(`a body is over ${MAX_BODY} bytes`);
    chunks.push(chunk);
  }
  const entries = Object.entries(incoming.headers);
  const headers = Object.fromEntries(entries.map(([k, v]) => [k, String(v)]));
  const { method = "GET", url: target = "/" } = incoming;
  return { method, target, headers, body: Buffer.concat(chunks) };
}

/** The JSON object in a body, empty for no body. @throws IotError "InvalidRequest". */
export function parseBody(bytes: Uint8Array): Record<string, unknown> {
  if (bytes.length === 0) return {};
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString());
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // told below, as for any other text that is no object
  }
  throw new IotError("InvalidRequest", "The body is not a JSON object");
}

/** Sends a reply. */
export function send(
  response: ServerResponse,
  method: string,
  { status, headers, body }: Reply,
): void {
  const length = { "content-length": String(Buffer.byteLength(body)) };
  response.writeHead(status, { ...length, ...headers });
  response.end(method === "HEAD" ? undefined : body);
}

/** The exceptions of AWS's front door, by what is wrong with the signature. */
const frontDoor = Object.freeze({
  missing: "MissingAuthenticationTokenException",
  malformed: "IncompleteSignatureException",
  "unknown-key": "UnrecognizedClientException",
  mismatch: "InvalidSignatureException",
  expired: "InvalidSignatureException",
  skewed: "InvalidSignatureException",
  "body-changed": "InvalidSignatureException",
});

/** An error as AWS IoT tells it. */
export function formatError(cause: unknown): Reply {
  const error = cause instanceof S3Error ? new IotError("InvalidRequest", cause.message) : cause;
  if (error instanceof IotError) return formatJson(error.status, error, error.exception);
  if (error instanceof SignatureError) return formatJson(403, error, frontDoor[error.fault]);
  const message = error instanceof Error ? error.message : "";
  return formatJson(500, { message }, "InternalFailureException");
}

/** A reply in JSON; `exception` is the name that AWS's SDK throws. */
export function formatJson(status: number, value: object, exception?: string): Reply {
  const body = value instanceof Error ? { message: value.message } : value;
  const type = { "content-type": "application/json" };
  const headers = exception === undefined ? type : { ...type, "x-amzn-errortype": exception };
  return { status, headers, body: JSON.stringify(body) };
}
