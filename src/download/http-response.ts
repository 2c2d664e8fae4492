// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import type { HttpResponseHead } from "xs-ota/pal/http";

/** What was asked for. Offsets in bytes; `end` is behind the last one. */
export interface AskedRange {
  readonly start: number;
  readonly end: number;
  /** Bytes of the file, as the job says. */
  readonly size: number;
  /** Of what is on the flash, if it is known: {@link etagOf} a response before, perhaps before a reset. */
  readonly etag: string | undefined;
}

/** The part of the file that the body brings, or why it is of no use. */
export type ResponseVerdict =
  | { readonly start: number; readonly end: number }
  | { readonly error: OtaError; readonly isFinal: boolean };

/** Statuses after which asking the same again is of little use. Source: RFC 9110 section 15.5. */
const finals: readonly number[] = Object.freeze([400, 404, 405, 410, 416]);
/** Characters of an entity tag that are kept; Amazon S3's have up to 42. */
const MAX_ETAG = 60;

/** The entity tag of a response, cut to what is kept of it. */
export function etagOf(head: HttpResponseHead): string | undefined {
  return head.header("etag")?.slice(0, MAX_ETAG);
}

/** Statuses that name another place for this request. Source: RFC 9110 section 15.4. */
const redirects: readonly number[] = Object.freeze([301, 302, 303, 307, 308]);

/**
 * Where a redirect leads: a URL that is not less secure than the one asked for. Source: RFC 9110 section 10.2.2.
 * @returns `undefined` for what is no such redirect.
 */
export function redirectOf(head: HttpResponseHead, from: string): string | undefined {
  if (!redirects.includes(head.status)) return undefined;
  const [location = ""] = head.header("location")?.split("#") ?? [];
  const url = location === "" ? "" : resolve(location, from);
  const schemes = from.startsWith("https:") ? ["https://"] : ["https://", "http://"];
  return schemes.some(scheme => url.startsWith(scheme)) ? url : undefined;
}

/** The absolute URL that a reference without a fragment means at `from`. Source: RFC 3986 section 5.2. */
function resolve(reference: string, from: string): string {
  const [path, ...query] = reference.split("?") as [string, ...string[]];
  const [first, ...others] = path.split("/") as [string, ...string[]];
  if (first.includes(":")) return reference;
  const [base] = from.split("?") as [string];
  const [scheme, , host, ...file] = base.split("/") as [string, string, string, ...string[]];
  if (path.startsWith("//")) return scheme + reference;
  if (path.startsWith("/")) file.length = 0;
  else if (path !== "") file.splice(-1, 1, first);
  return [`${scheme}//${host}/${withoutDots([...file, ...others])}`, ...query].join("?");
}

function withoutDots(path: readonly string[]): string {
  const segments: string[] = [];
  for (const segment of path) {
    if (segment === "..") segments.pop();
    else if (segment !== ".") segments.push(segment);
  }
  return segments.join("/");
}

function fault(why: string, status: number, isFinal = false): ResponseVerdict {
  return { error: new OtaError("http-failed", why, status), isFinal };
}

/**
 * Judges the head of a response to a range request. A server that ignores ranges sends the whole file with 200: that is
 * usable, from its start. Source: RFC 9110 sections 14.4, 15.3.7.
 */
export function judgeResponse(head: HttpResponseHead, asked: AskedRange): ResponseVerdict {
  const { status } = head;
  if (status !== 200 && status !== 206) return judgeRefusal(status);
  const etag = etagOf(head);
  if (asked.etag !== undefined && etag !== undefined && etag !== asked.etag) {
    const error = new OtaError("file-changed", "the file behind the URL has changed", status);
    return { error, isFinal: false };
  }
  return status === 206 ? judgeRange(head, asked) : judgeWhole(head, asked);
}

function judgeRefusal(status: number): ResponseVerdict {
  const isRedirect = status >= 300 && status < 400;
  const why = isRedirect ? `HTTP ${status}: this redirect is refused` : `HTTP ${status}`;
  return fault(why, status, isRedirect || finals.includes(status));
}

function judgeRange(head: HttpResponseHead, { start, end, size }: AskedRange): ResponseVerdict {
  const text = head.header("content-range") ?? "none";
  const range = `${start}-${end - 1}`;
  if (text === `bytes ${range}/${size}` || text === `bytes ${range}/*`) return { start, end };
  return fault(`Content-Range ${text} is not ${range}/${size}`, head.status, true);
}

function judgeWhole(head: HttpResponseHead, { size }: AskedRange): ResponseVerdict {
  const length = head.header("content-length");
  if (length === undefined || Number(length) === size) return { start: 0, end: size };
  return fault(`Content-Length ${length} is not the file's ${size}`, head.status, true);
}
