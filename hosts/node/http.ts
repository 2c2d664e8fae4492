// SPDX-License-Identifier: MIT
import { Agent as HttpAgent, type ClientRequest, get, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, get as getSecure } from "node:https";
import { OtaError } from "xs-ota/pal/error";
import type {
  HttpClient,
  HttpRequest,
  HttpRequestOptions,
  HttpResponseHead,
} from "xs-ota/pal/http";

export interface NodeHttpOptions {
  /** Milliseconds of silence after which a request has failed; 30 000 when absent. */
  readonly timeoutMs?: number;
  /** PEM of the authorities trusted for https; Node's own when absent. */
  readonly ca?: string;
}

/** The agent's HTTP on Node: one kept-alive connection to an origin, no redirects. */
export class NodeHttpClient implements HttpClient {
  readonly #timeoutMs: number;
  readonly #agents: { readonly http: HttpAgent; readonly https: HttpsAgent };

  constructor(options: NodeHttpOptions = {}) {
    const { ca, timeoutMs = 30_000 } = options;
    const keep = { keepAlive: true, maxSockets: 1 };
    this.#timeoutMs = timeoutMs;
    this.#agents = {
      http: new HttpAgent(keep),
      https: new HttpsAgent(ca === undefined ? keep : { ...keep, ca }),
    };
  }

  get(options: HttpRequestOptions): HttpRequest {
    const exchange = new Exchange(options);
    try {
      exchange.start(this.#request(options, response => exchange.receive(response)));
    } catch (error) {
      setImmediate(() => exchange.end(error as Error));
    }
    return exchange;
  }

  close(): void {
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }

  #request(
    { url, headers }: HttpRequestOptions,
    onResponse: (response: IncomingMessage) => void,
  ): ClientRequest {
    const { protocol } = new URL(url);
    const settings = { headers: { ...headers }, timeout: this.#timeoutMs };
    return protocol === "https:"
      ? getSecure(url, { ...settings, agent: this.#agents.https }, onResponse)
      : get(url, { ...settings, agent: this.#agents.http }, onResponse);
  }
}

/** One request and its response. */
class Exchange implements HttpRequest {
  readonly #options: HttpRequestOptions;
  #request: ClientRequest | undefined;
  #state: "open" | "done" = "open";

  constructor(options: HttpRequestOptions) {
    this.#options = options;
  }

  start(request: ClientRequest): void {
    this.#request = request;
    request.on("error", error => this.end(error));
    request.on("timeout", () => request.destroy(new Error("the server is silent")));
  }

  receive(response: IncomingMessage): void {
    this.#tell(() => this.#options.onHead(headOf(response)));
    response.on("data", ({ buffer, byteOffset, length }: Buffer) => {
      this.#tell(() => this.#options.onBody(new Uint8Array(buffer, byteOffset, length)));
    });
    response.on("error", error => this.end(error));
    response.on("end", () => this.end());
  }

  end(error?: Error): void {
    if (this.#state === "done") return;
    this.#state = "done";
    this.#options.onDone(error && new OtaError("http-failed", `http: ${error.message}`));
  }

  close(): void {
    this.#state = "done";
    this.#request?.destroy();
  }

  #tell(run: () => void): void {
    if (this.#state === "open") run();
  }
}

function headOf({ statusCode = 0, headers }: IncomingMessage): HttpResponseHead {
  return {
    status: statusCode,
    header(name: string): string | undefined {
      const value = headers[name];
      return Array.isArray(value) ? value.join(", ") : value;
    },
  };
}
