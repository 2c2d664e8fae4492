// SPDX-License-Identifier: MIT
import type { Desk } from "../desk.js";

/** A reply before it is on the wire. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

/** A request on a bucket or an object, taken apart. */
export interface FileRequest {
  readonly desk: Desk;
  readonly method: string;
  /** Empty for a request on all buckets. */
  readonly bucket: string;
  /** Empty for a request on a bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Serves one S3 operation. */
export type FileOperation = (request: FileRequest) => Reply;

/** A reply without a body. */
export function empty(status: number, headers: Record<string, string> = {}): Reply {
  return { status, headers, body: "" };
}

/** A reply in XML. */
export function xml(body: string): Reply {
  return { status: 200, headers: { "content-type": "application/xml" }, body };
}

/** A query parameter, or `undefined` when it is absent. */
export function text({ query }: FileRequest, name: string): string | undefined {
  return query.get(name) ?? undefined;
}
