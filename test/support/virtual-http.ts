// SPDX-License-Identifier: MIT
import { type Faults, type Outcome } from "xs-ota/cloud/faults/faults";
import { OtaError } from "xs-ota/pal/error";
import type { HttpClient, HttpRequest, HttpRequestOptions } from "xs-ota/pal/http";

/** What a server says to one GET. */
export interface VirtualReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface VirtualHttpOptions {
  readonly thing: string;
  readonly faults: Pick<Faults, "pass">;
  /** Answers a GET of this path and query. */
  readonly serve: (target: string, range: string | undefined) => VirtualReply;
  /** Calls `act` when the message has travelled. */
  readonly carry: (delayMs: number, act: () => void) => void;
}

/** Bytes of a body that arrive at once. */
const PIECE = 700;

/** HTTP without a wire. What the faults do to a message on topic "http", they do to a response. */
export class VirtualHttp implements HttpClient {
  readonly #options: VirtualHttpOptions;

  constructor(options: VirtualHttpOptions) {
    this.#options = options;
  }

  get(options: HttpRequestOptions): HttpRequest {
    const exchange = new Exchange(options);
    this.#options.carry(0, () => this.#answer(options, exchange));
    return exchange;
  }

  #answer({ url, headers }: HttpRequestOptions, exchange: Exchange): void {
    const { thing, faults, serve, carry } = this.#options;
    const { pathname, search } = new URL(url);
    const reply = serve(`${pathname}${search}`, headers["range"]);
    const passage = { direction: "to-device", thing, topic: "http", payload: reply.body } as const;
    const [first] = faults.pass(passage);
    if (first === undefined) return; // lost: the client's own timer ends it
    carry(first.kind === "deliver" ? first.delayMs : 0, () => exchange.follow(first, reply));
  }

  close(): void {
    // Nothing is kept open.
  }
}

class Exchange implements HttpRequest {
  readonly #options: HttpRequestOptions;
  #state: "open" | "closed" = "open";

  constructor(options: HttpRequestOptions) {
    this.#options = options;
  }

  close(): void {
    this.#state = "closed";
  }

  follow(outcome: Outcome, { status, headers, body }: VirtualReply): void {
    if (outcome.kind !== "deliver") {
      this.#end("the connection was reset");
      return;
    }
    const { payload } = outcome.passage;
    this.#tell(() => this.#options.onHead({ status, header: name => headers[name] }));
    for (let at = 0; at < payload.length; at += PIECE) {
      this.#tell(() => this.#options.onBody(payload.subarray(at, at + PIECE)));
    }
    this.#end(payload.length === body.length ? undefined : "the body ends early");
  }

  #tell(say: () => void): void {
    if (this.#state === "open") say();
  }

  #end(why: string | undefined): void {
    const error = why === undefined ? undefined : new OtaError("http-failed", why);
    this.#tell(() => this.#options.onDone(error));
    this.#state = "closed";
  }
}
