// SPDX-License-Identifier: MIT
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { decodePercent } from "../files/url.js";

/*
 * AWS Signature Version 4: checked in a header or in a presigned URL, and made for presigned URLs.
 * Source: AWS IAM user guide, "AWS API request signing"; Amazon S3 API reference, "Authenticating
 * requests: using query parameters".
 */

const ALGORITHM = "AWS4-HMAC-SHA256";
/** How far the clocks of the two ends may be apart. */
const MAX_SKEW_MS = 15 * 60_000;
const UNSIGNED = "UNSIGNED-PAYLOAD";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A request as it stands on the wire. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export type SignatureFault =
  "missing" | "malformed" | "unknown-key" | "mismatch" | "expired" | "skewed" | "body-changed";

/** A signature that does not hold. */
export class SignatureError extends Error {
  readonly fault: SignatureFault;

  constructor(fault: SignatureFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

/** What a signature says of itself. */
interface Claim {
  readonly credential: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** ISO 8601 basic, such as "20260101T000000Z". */
  readonly date: string;
  /** For a presigned URL, in seconds. */
  readonly expiresInSec: number | undefined;
}

/**
 * The service that the signature is for ("iot", "iot-jobs-data", "s3"), without checking it.
 * @returns `undefined` when there is no signature.
 */
export function signedService(request: SignedRequest): string | undefined {
  return readClaim(request)?.credential.split("/")[3];
}

/** @throws SignatureError when the request is not one that `credentials` signed for now. */
export function verifySignature(
  request: SignedRequest,
  credentials: Credentials,
  nowMs: number,
): void {
  const claim = readClaim(request);
  if (claim === undefined) throw new SignatureError("missing", "The request is not signed");
  const [accessKeyId, ...scope] = claim.credential.split("/");
  if (accessKeyId !== credentials.accessKeyId) {
    throw new SignatureError("unknown-key", `Access key ${accessKeyId ?? ""} does not exist`);
  }
  const expected = signatureOf(request, claim, scope, credentials);
  if (!isSameText(expected, claim.signature))
    throw new SignatureError("mismatch", "The signature does not match the request");
  checkTime(claim, nowMs);
  checkBody(request);
}

/** A URL that lets anyone GET `url` for `expiresInSec` seconds from now. */
export function presignGet(
  url: string,
  expiresInSec: number,
  region: string,
  credentials: Credentials,
  nowMs: number,
): string {
  const date = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = [date.slice(0, 8), region, "s3", "aws4_request"];
  const { origin, host, pathname } = new URL(url);
  const query = new URLSearchParams({
    "X-Amz-Algorithm": ALGORITHM,
    "X-Amz-Credential": [credentials.accessKeyId, ...scope].join("/"),
    "X-Amz-Date": date,
    "X-Amz-Expires": String(expiresInSec),
    "X-Amz-SignedHeaders": "host",
  });
  const target = `${pathname}?${query.toString()}`;
  const request = { method: "GET", target, headers: { host }, body: new Uint8Array() };
  const claim = readClaim(request);
  if (claim === undefined) throw new TypeError("a presigned URL claims nothing");
  const signature = signatureOf(request, claim, scope, credentials);
  return `${origin}${target}&X-Amz-Signature=${signature}`;
}

/**
 * The signatures of the chunks of a body, each over the one before; the first is over that of the request, which
 * must have been verified.
 * Source: Amazon S3 API reference, "Signature calculations: transferring payload in multiple chunks", also
 * "(including trailing headers)".
 */
export class ChunkSignatures {
  readonly #scope: string;
  readonly #date: string;
  readonly #key: Uint8Array;
  #previous: string;

  constructor(request: SignedRequest, { secretAccessKey }: Credentials) {
    const claim = readClaim(request);
    if (claim === undefined) throw new SignatureError("missing", "The request is not signed");
    const scope = claim.credential.split("/").slice(1);
    this.#scope = scope.join("/");
    this.#date = claim.date;
    this.#key = signingKey(secretAccessKey, scope);
    this.#previous = claim.signature;
  }

  /** Checks the next chunk. @throws SignatureError "mismatch". */
  checkChunk(bytes: Uint8Array, signature: string): void {
    this.#check("PAYLOAD", [sha256(""), sha256(bytes)], signature);
  }

  /** Checks the trailing headers, as "name:value\n" each. @throws SignatureError "mismatch". */
  checkTrailer(headers: string, signature: string): void {
    this.#check("TRAILER", [sha256(headers)], signature);
  }

  #check(kind: string, hashes: readonly string[], signature: string): void {
    const head = [`${ALGORITHM}-${kind}`, this.#date, this.#scope, this.#previous];
    const text = [...head, ...hashes].join("\n");
    this.#previous = Buffer.from(hmac(this.#key, text)).toString("hex");
    if (isSameText(this.#previous, signature)) return;
    throw new SignatureError("mismatch", "The signature of a chunk does not match");
  }
}

function readClaim({ target, headers }: SignedRequest): Claim | undefined {
  const query = new URLSearchParams(target.split("?")[1] ?? "");
  if (query.has("X-Amz-Algorithm")) return readQueryClaim(query);
  const authorization = headers["authorization"];
  if (authorization === undefined) return undefined;
  const field = (name: string): string => {
    const value = new RegExp(`${name}=([^,\\s]+)`).exec(authorization)?.[1];
    if (value !== undefined && authorization.startsWith(ALGORITHM)) return value;
    throw new SignatureError("malformed", `The Authorization header has no ${name}`);
  };
  return {
    credential: field("Credential"),
    signedHeaders: field("SignedHeaders").split(";"),
    signature: field("Signature"),
    date: headers["x-amz-date"] ?? "",
    expiresInSec: undefined,
  };
}

function readQueryClaim(query: URLSearchParams): Claim {
  const expiresInSec = Number(query.get("X-Amz-Expires"));
  if (
    query.get("X-Amz-Algorithm") !== ALGORITHM ||
    !(expiresInSec >= 1 && expiresInSec <= 604800)
  ) {
    throw new SignatureError(
      "malformed",
      "The URL's X-Amz-Algorithm or X-Amz-Expires is not valid",
    );
  }
  return {
    credential: query.get("X-Amz-Credential") ?? "",
    signedHeaders: (query.get("X-Amz-SignedHeaders") ?? "").split(";"),
    signature: query.get("X-Amz-Signature") ?? "",
    date: query.get("X-Amz-Date") ?? "",
    expiresInSec,
  };
}

function signatureOf(
  request: SignedRequest,
  claim: Claim,
  scope: readonly string[],
  { secretAccessKey }: Credentials,
): string {
  const canonical = canonicalRequest(request, claim, scope[2] ?? "");
  const text = [ALGORITHM, claim.date, scope.join("/"), sha256(canonical)].join("\n");
  return Buffer.from(hmac(signingKey(secretAccessKey, scope), text)).toString("hex");
}

function signingKey(secretAccessKey: string, scope: readonly string[]): Uint8Array {
  return scope.reduce<Uint8Array>(hmac, Buffer.from(`AWS4${secretAccessKey}`));
}

function isSameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function canonicalRequest(request: SignedRequest, claim: Claim, service: string): string {
  const [path = "", query = ""] = request.target.split("?");
  const headers = claim.signedHeaders.map(
    name => `${name}:${(request.headers[name] ?? "").trim().replace(/\s+/g, " ")}\n`,
  );
  return [
    request.method,
    // every service but S3 encodes the encoded path once more
    service === "s3" ? path : path.split("/").map(encode).join("/"),
    canonicalQuery(query),
    headers.join(""),
    claim.signedHeaders.join(";"),
    payloadHash(request, claim),
  ].join("\n");
}

function canonicalQuery(query: string): string {
  const pairs = query
    .split("&")
    .filter(pair => pair !== "" && !pair.startsWith("X-Amz-Signature="))
    .map(pair => {
      const [name = "", value = ""] = pair.split(/=(.*)/s);
      return [name, value].map(text => encode(decodeQuery(text)));
    });
  const order = ([a = "", b = ""]: string[], [c = "", d = ""]: string[]): number =>
    compare(a, c) || compare(b, d);
  return pairs
    .sort(order)
    .map(pair => pair.join("="))
    .join("&");
}

function decodeQuery(text: string): string {
  const decoded = decodePercent(text.replace(/\+/g, " "));
  if (decoded !== undefined) return decoded;
  throw new SignatureError("malformed", `The query is not percent-encoded: ${text}`);
}

function payloadHash({ headers, body }: SignedRequest, { expiresInSec }: Claim): string {
  if (expiresInSec !== undefined) return UNSIGNED;
  return headers["x-amz-content-sha256"] ?? sha256(body);
}

function checkTime({ date, expiresInSec }: Claim, nowMs: number): void {
  const iso = date.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, "$1-$2-$3:$4:$5");
  const signedMs = Date.parse(iso);
  if (Number.isNaN(signedMs)) throw new SignatureError("malformed", "The date is not valid");
  if (expiresInSec !== undefined && nowMs > signedMs + expiresInSec * 1000) {
    throw new SignatureError("expired", "Request has expired");
  }
  const skewMs = expiresInSec === undefined ? Math.abs(nowMs - signedMs) : signedMs - nowMs;
  if (skewMs > MAX_SKEW_MS) {
    throw new SignatureError("skewed", "The difference between the two clocks is too large");
  }
}

/** A hash that was signed says nothing until the body has it. */
function checkBody({ headers, body }: SignedRequest): void {
  const claimed = headers["x-amz-content-sha256"];
  if (claimed === undefined || !/^[0-9a-f]{64}$/.test(claimed) || claimed === sha256(body)) return;
  throw new SignatureError("body-changed", "The body does not have the SHA-256 that was signed");
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: Uint8Array, text: string): Uint8Array {
  return createHmac("sha256", key).update(text).digest();
}

/** RFC 3986: everything but the unreserved characters. */
function encode(text: string): string {
  const hex = (c: string): string => `%${c.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, hex);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
