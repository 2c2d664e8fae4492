// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import type { HttpClient, HttpRequest, HttpRequestOptions } from "xs-ota/pal/http";

/** A response, as the test gives it. */
export interface ScriptedResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Pieces of the body. */
  readonly body?: readonly Uint8Array[];
  /** How it ends, when not well. */
  readonly error?: string;
  /** It does not end: nothing more comes. */
  readonly stalls?: boolean;
}

/** An HTTP client whose server is the test. */
export class ScriptedHttp implements HttpClient {
  /** URL and range of each request. */
  readonly asked: string[] = [];
  #pending: HttpRequestOptions | undefined;
  closed = 0;

  get(options: HttpRequestOptions): HttpRequest {
    this.asked.push(`${options.url} ${options.headers["range"] ?? ""}`);
    this.#pending = options;
    return {
      close: () => {
        if (this.#pending === options) this.#pending = undefined;
      },
    };
  }

  get isBusy(): boolean {
    return this.#pending !== undefined;
  }

  /** Answers the request under way; stops when it is abandoned meanwhile. */
  answer(response: ScriptedResponse): void {
    const request = this.#pending;
    const { status, headers = {}, body = [] } = response;
    if (request === undefined) throw new Error("no request to answer");
    request.onHead({ status, header: name => headers[name] });
    for (const piece of body) if (this.#pending === request) request.onBody(piece);
    if (this.#pending === request) this.#end(request, response);
  }

  #end(request: HttpRequestOptions, { error, stalls }: ScriptedResponse): void {
    if (stalls === true) return;
    this.#pending = undefined;
    request.onDone(error === undefined ? undefined : new OtaError("http-failed", error));
  }

  /** Answers the request under way from `file`, as a server with ranges does. @param etag how the server names this file */
  serve(file: Uint8Array, pieceSize = 1000, etag = '"1"'): void {
    const [, first = 0, last = 0] = (/bytes=(\d+)-(\d+)/.exec(this.asked.at(-1) ?? "") ?? []).map(
      Number,
    );
    const bytes = file.subarray(first, last + 1);
    const body: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += pieceSize)
      body.push(bytes.subarray(at, at + pieceSize));
    const headers = { "content-range": `bytes ${first}-${last}/${file.length}`, etag };
    this.answer({ status: 206, headers, body });
  }

  close(): void {
    this.closed++;
  }
}
