// SPDX-License-Identifier: MIT
import type { OtaError } from "./error.js";

/** What a response says before its body. Header names are lower case. */
export interface HttpResponseHead {
  readonly status: number;
  header(name: string): string | undefined;
}

/** A GET, and who hears of it. */
export interface HttpRequestOptions {
  /** Absolute: http or https. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  onHead(head: HttpResponseHead): void;
  /** A piece of the body, any size; valid only during the call. */
  onBody(bytes: Uint8Array): void;
  /** The response is complete, or failed with OtaError "http-failed". Called once, and not after `close`. */
  onDone(error: OtaError | undefined): void;
}

/** A request under way. */
export interface HttpRequest {
  /** Abandons it; harmless when it is done. */
  close(): void;
}

/** An HTTP/1.1 client that keeps the connection alive between requests to one origin, and follows no redirect. */
export interface HttpClient {
  /** Starts a GET. Failures arrive at `onDone`, never from this call. */
  get(options: HttpRequestOptions): HttpRequest;
  /** Closes the kept-alive connection, if any. */
  close(): void;
}
