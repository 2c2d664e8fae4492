// SPDX-License-Identifier: MIT
import { consistsOf, DIGITS, isWithin, LETTERS, parseDigits } from "xs-ota/job/characters";
import type { Clock, ClockTimer } from "xs-ota/pal/clock";
import { OtaError } from "xs-ota/pal/error";
import type { HttpClient, HttpRequest, HttpRequestOptions } from "xs-ota/pal/http";
import type { DnsSource, SocketSource } from "./network/socket.js";

/** One connection: an instance of `embedded:network/http/client`, the SDK's or ours. */
interface HttpSession {
  request(options: {
    path: string;
    headers: Map<string, string>;
    onHeaders(status: number, headers: Map<string, string>): void;
    onReadable(count: number): void;
    onDone(error: Error | null): void;
  }): { read(into: Uint8Array): unknown };
  close(): void;
}

export interface HttpSessionOptions {
  readonly host: string;
  readonly port: number;
  readonly socket: SocketSource;
  readonly dns?: DnsSource;
  onError(error?: unknown): void;
}

export type HttpSessionClass = new (options: HttpSessionOptions) => HttpSession;

export interface EcmaHttpOptions {
  /** The class that `embedded:network/http/client` gives. */
  readonly HTTPClient: HttpSessionClass;
  /** For http. */
  readonly socket: SocketSource;
  /** For https: TLS to the host of that name. Without it, https fails. */
  readonly secureSocket?: (host: string) => SocketSource;
  readonly dns?: DnsSource;
  readonly clock: Clock;
  /** Milliseconds of silence after which a request has failed; 30 000 when absent. */
  readonly timeoutMs?: number;
  /** Where pieces of a body are read to; 1 KiB of its own when absent. */
  readonly buffer?: Uint8Array;
}

/** Of a name, or of an IPv4 address. */
const HOST = `${LETTERS}${DIGITS}.-`;

interface Target {
  readonly origin: string;
  readonly isSecure: boolean;
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

interface Waiting {
  readonly options: HttpRequestOptions;
  state: "waiting" | "sent" | "answered" | "done";
  /** Whether it may be sent again: it went out on a connection that the server may just have closed. */
  mayRepeat: boolean;
}

/** The agent's HTTP over `embedded:network/http/client`: requests one at a time, one kept-alive connection. */
export class EcmaHttpClient implements HttpClient {
  readonly #options: EcmaHttpOptions;
  readonly #buffer: Uint8Array;
  readonly #queue: Waiting[] = [];
  #session: HttpSession | undefined;
  /** Of the session. */
  #origin = "";
  #timer: ClockTimer | undefined;

  constructor(options: EcmaHttpOptions) {
    this.#options = options;
    this.#buffer = options.buffer ?? new Uint8Array(1024);
  }

  get(options: HttpRequestOptions): HttpRequest {
    const waiting: Waiting = { options, state: "waiting", mayRepeat: false };
    this.#queue.push(waiting);
    this.#options.clock.after(0, () => this.#start());
    return Object.freeze({ close: () => this.#abandon(waiting) });
  }

  close(): void {
    this.#timer?.cancel();
    this.#queue.length = 0;
    this.#drop();
  }

  #start(): void {
    const [current] = this.#queue;
    if (current?.state !== "waiting") return;
    current.state = "sent";
    try {
      this.#request(current, parseUrl(current.options.url));
    } catch (error) {
      this.#drop();
      this.#finish(current, error);
    }
  }

  #request(current: Waiting, target: Target): void {
    current.mayRepeat = this.#session !== undefined && this.#origin === target.origin;
    if (!current.mayRepeat) this.#open(target);
    this.#watch(current);
    const isCurrent = (): boolean => this.#queue[0] === current;
    const request = this.#session?.request({
      path: target.path,
      headers: new Map(Object.entries(current.options.headers)),
      onHeaders: (status, headers) => {
        if (isCurrent()) this.#answer(current, status, headers);
      },
      onReadable: count => {
        if (isCurrent() && request !== undefined) this.#read(current, request, count);
      },
      onDone: error => {
        if (isCurrent()) this.#end(current, error);
      },
    });
  }

  #open(target: Target): void {
    this.#drop();
    const { HTTPClient, dns, socket, secureSocket } = this.#options;
    const { host, port, isSecure } = target;
    const source = isSecure ? secureSocket?.(host) : socket;
    if (source === undefined) throw new Error("this device has no TLS for https");
    const session: HttpSession = new HTTPClient({
      host,
      port,
      socket: source,
      ...(dns && { dns }),
      onError: () => {
        if (this.#session === session) this.#session = undefined;
      },
    });
    this.#session = session;
    this.#origin = target.origin;
  }

  #answer(current: Waiting, status: number, headers: Map<string, string>): void {
    this.#watch(current);
    current.state = "answered";
    current.options.onHead({ status, header: name => headers.get(name) });
  }

  #read(current: Waiting, request: { read(into: Uint8Array): unknown }, count: number): void {
    this.#watch(current);
    for (let left = count; left > 0 && this.#queue[0] === current;) {
      const piece = this.#buffer.subarray(0, left);
      request.read(piece);
      left -= piece.length;
      current.options.onBody(piece);
    }
  }

  #end(current: Waiting, error: Error | null): void {
    if (error !== null) this.#drop();
    if (error !== null && current.state === "sent" && current.mayRepeat) {
      current.state = "waiting";
      this.#options.clock.after(0, () => this.#start());
    } else {
      this.#finish(current, error);
    }
  }

  #finish(current: Waiting, error: unknown): void {
    this.#timer?.cancel();
    this.#queue.shift();
    current.state = "done";
    this.#options.clock.after(0, () => this.#start());
    const message = error instanceof Error ? error.message : String(error);
    current.options.onDone(error === null ? undefined : new OtaError("http-failed", message));
  }

  #abandon(waiting: Waiting): void {
    const at = this.#queue.indexOf(waiting);
    if (at < 0) return;
    this.#queue.splice(at, 1);
    if (at > 0) return;
    this.#timer?.cancel();
    if (waiting.state !== "waiting") this.#drop();
    this.#options.clock.after(0, () => this.#start());
  }

  /** Gives the session up; later, for it may be in one of its callbacks, and the SDK's would not survive that. */
  #drop(): void {
    const session = this.#session;
    this.#session = undefined;
    if (session !== undefined) this.#options.clock.after(0, () => session.close());
  }

  #watch(current: Waiting): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(this.#options.timeoutMs ?? 30_000, () => {
      this.#drop();
      this.#finish(current, new Error("http: the server is silent"));
    });
  }
}
Object.freeze(EcmaHttpClient.prototype);

/** @throws Error for anything but an absolute http or https URL with a name or an IPv4 address. */
function parseUrl(url: string): Target {
  const scheme = ["https://", "http://"].find(text => url.startsWith(text));
  if (scheme === undefined) throw new Error("http: not a URL to get");
  const isSecure = scheme === "https://";
  const rest = url.slice(scheme.length);
  const end = endOfAuthority(rest);
  const [host = "", digits = isSecure ? "443" : "80", ...more] = rest.slice(0, end).split(":");
  const isRight = consistsOf(host, HOST) && more.length === 0 && isWithin(rest, "!", "~");
  if (!isRight) throw new Error("http: not a URL to get");
  const port = portOf(digits);
  const path = requestTarget(rest.slice(end));
  return { origin: `${scheme}${host}:${port}`, isSecure, host, port, path };
}

function endOfAuthority(rest: string): number {
  const ends = [rest.indexOf("/"), rest.indexOf("?")].filter(at => at >= 0);
  return Math.min(rest.length, ...ends);
}

function portOf(digits: string): number {
  const port = parseDigits(digits, 5) ?? 0;
  if (port < 1 || port > 0xffff) throw new Error(`http: port ${digits}`);
  return port;
}

/** Path and query, without the fragment, which stays at home. */
function requestTarget(path: string): string {
  const [sent = ""] = path.split("#");
  return sent.startsWith("/") ? sent : `/${sent}`;
}
