// SPDX-License-Identifier: MIT
import { encodeUtf8 } from "xs-ota/job/utf8";
import type { Clock } from "xs-ota/pal/clock";
import { clock as hostClock } from "xs-ota/host/clock";
import { formatAuthority } from "./authority.js";
import { HttpParser, type HttpEvent } from "./http-parser.js";
import { isFieldValue, isTarget, isToken } from "./http-syntax.js";
import { connect, readFrom } from "./socket.js";
import type { DnsSource, ReadTarget, Socket, SocketSource } from "./socket.js";

export interface HttpClientOptions {
  readonly host: string;
  /** 80 when absent. */
  readonly port?: number;
  readonly socket: SocketSource;
  readonly dns?: DnsSource;
  /** The host's when absent; for tests. */
  readonly clock?: Clock;
  /** The connection is gone, and the client closed; requests that were open have heard `onDone`. */
  onError?(error: unknown): void;
}

export interface HttpRequestOptions {
  /** GET when absent; requests have no body. */
  readonly method?: string;
  /** "/" when absent. */
  readonly path?: string;
  readonly headers?: ReadonlyMap<string, string>;
  onHeaders?(this: HttpRequest, status: number, headers: Map<string, string>, text: string): void;
  /** `count` bytes of the body can be read; nothing else happens until they are. */
  onReadable?(this: HttpRequest, count: number): void;
  /** Called once: `null` when the response was complete. */
  onDone?(this: HttpRequest, error: Error | null): void;
}

/** A request, for reading the body of its response. */
export interface HttpRequest {
  /** @returns a new buffer, or with a buffer the bytes read into it; `undefined` for nothing. */
  read(into?: number | ArrayBuffer | ArrayBufferView): number | ArrayBuffer | undefined;
}

interface Exchange extends HttpRequest {
  readonly options: HttpRequestOptions;
  readonly parser: HttpParser;
  /** What of its head is not sent yet. */
  unsent: Uint8Array;
}

/**
 * The module `embedded:network/http/client` of our own hosts: one kept-alive connection, requests one after
 * the other, bodies left in the socket until they are read. A response that RFC 9112 does not allow, or
 * that is ambiguous, ends the connection.
 *
 * Source: ECMA-419 "HTTP client"; Moddable SDK examples/io/tcp/httpclient; RFC 9112.
 */
export default class HTTPClient {
  readonly #clock: Clock;
  readonly #authority: string;
  readonly #onError: HttpClientOptions["onError"];
  readonly #queue: Exchange[] = [];
  #state: "open" | "receiving" | "closed" = "open";
  #socket: Socket | undefined;
  #writable = 0;
  #readable = 0;
  /** Bytes of body before the parser goes on; `undefined` while it does. */
  #remaining: number | undefined;
  /** Bytes that the application may read now. */
  #offered = 0;

  /** @throws Error without a host, or when the socket cannot be made. */
  constructor(options: HttpClientOptions) {
    const { host, port = 80, socket, dns } = options;
    if (host === "") throw new Error("host required");
    this.#clock = options.clock ?? hostClock;
    this.#onError = options.onError?.bind(options);
    this.#authority = formatAuthority(host, port);
    const onReadable = (count: number): void => {
      this.#readable = count;
      this.#resume();
    };
    const onWritable = (count: number): void => {
      this.#writable = count;
      this.#send();
    };
    const onError = (error: unknown): void => this.#lose(error);
    connect({ host, port, socket, dns, onReadable, onWritable, onError }, opened => {
      if (this.#state === "closed") opened.close();
      else this.#socket = opened;
    });
  }

  /** Queues a request. @throws Error when closed; TypeError for what would break the head. */
  request(options: HttpRequestOptions): HttpRequest {
    if (this.#state === "closed") throw new Error("http: closed");
    const unsent = encodeUtf8(formatHead(this.#authority, options));
    const parser = new HttpParser(options.method ?? "GET");
    const exchange: Exchange = {
      options,
      parser,
      unsent,
      read: into => (this.#queue[0] === exchange ? this.#read(into) : undefined),
    };
    this.#queue.push(exchange);
    this.#clock.after(0, () => this.#send());
    return exchange;
  }

  /** Drops the connection and every request; no callback follows. Harmless in a callback, and twice. */
  close(): void {
    this.#state = "closed";
    this.#queue.length = 0;
    this.#offered = 0;
    this.#socket?.close();
    this.#socket = undefined;
  }

  #send(): void {
    const [current] = this.#queue;
    while (current !== undefined && current.unsent.length > 0 && this.#writable > 0) {
      const piece = current.unsent.subarray(0, this.#writable);
      const left = this.#socket?.write(piece);
      current.unsent = current.unsent.subarray(piece.length);
      this.#writable = typeof left === "number" ? left : this.#writable - piece.length;
    }
  }

  #read(into?: ReadTarget): number | ArrayBuffer | undefined {
    const { count, value } = readFrom(this.#socket, this.#offered, into);
    this.#readable -= count;
    this.#offered -= count;
    this.#remaining = this.#remaining && this.#remaining - count;
    if (this.#offered === 0 && this.#state === "open") this.#clock.after(0, () => this.#resume());
    return value;
  }

  #resume(): void {
    if (this.#state !== "open") return;
    this.#state = "receiving";
    try {
      while (this.#isReceiving() && this.#receive());
    } finally {
      if (this.#isReceiving()) this.#state = "open";
    }
  }

  // A function, so that the compiler does not take the state for known across a callback.
  #isReceiving(): boolean {
    return this.#state === "receiving";
  }

  /** @returns false when there is nothing to do before the next event. */
  #receive(): boolean {
    const [current] = this.#queue;
    if (this.#offered > 0) return false;
    if (current !== undefined && this.#remaining === 0) {
      this.#remaining = undefined;
      this.#step(current, current.parser.next());
      return true;
    }
    if (this.#readable <= 0) return false;
    if (current === undefined) this.#lose(new Error("http: the server sent what nobody asked for"));
    else if (this.#remaining === undefined) this.#parse(current);
    else this.#offer(current, this.#remaining);
    return true;
  }

  #offer(current: Exchange, remaining: number): void {
    this.#offered = Math.min(remaining, this.#readable);
    current.options.onReadable?.call(current, this.#offered);
  }

  #parse(current: Exchange): void {
    const { space } = current.parser;
    const into = space.subarray(0, Math.min(space.length, this.#readable));
    this.#readable -= into.length;
    let event: HttpEvent | undefined;
    try {
      this.#socket?.read(into);
      event = current.parser.accept(into.length);
    } catch (error) {
      this.#lose(error);
      return;
    }
    this.#step(current, event);
  }

  #step(current: Exchange, event: HttpEvent | undefined): void {
    switch (event?.type) {
      case "head":
        this.#remaining = 0;
        current.options.onHeaders?.call(current, event.status, event.headers, event.statusText);
        return;
      case "body":
        this.#remaining = event.byteLength;
        return;
      case "end":
        this.#finish(current, event.keepAlive);
        return;
      case undefined:
    }
  }

  #finish(current: Exchange, keepAlive: boolean): void {
    this.#queue.shift();
    this.#remaining = undefined;
    current.options.onDone?.call(current, null);
    if (!this.#isReceiving()) return;
    if (keepAlive) this.#send();
    else this.#lose(new Error("http: the server closes the connection"));
  }

  #lose(error: unknown): void {
    if (this.#state === "closed") return;
    const open = [...this.#queue];
    this.close();
    const reason = error instanceof Error ? error : new Error("http: the connection is lost");
    for (const exchange of open) {
      const isWhole = exchange.parser.endsWithStream && this.#readable === 0;
      exchange.options.onDone?.call(exchange, isWhole ? null : reason);
    }
    this.#onError?.(reason);
  }
}
Object.freeze(HTTPClient.prototype);

function formatHead(authority: string, options: HttpRequestOptions): string {
  const { method = "GET", path = "/", headers = [] } = options;
  if (!isToken(method) || !isTarget(path)) throw new TypeError("http: method or path");
  const fields = [...headers].map(formatField);
  return `${[`${method} ${path} HTTP/1.1`, `host: ${authority}`, ...fields].join("\r\n")}\r\n\r\n`;
}

function formatField([name, value]: readonly [string, string]): string {
  if (isToken(name) && isFieldValue(value)) return `${name}: ${value}`;
  throw new TypeError(`http: header ${name}`);
}
