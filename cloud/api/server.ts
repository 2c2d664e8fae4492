// SPDX-License-Identifier: MIT
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Dashboard } from "../dashboard/dashboard.js";
import type { Desk } from "../desk.js";
import { S3Error } from "../files/buckets.js";
import { formatFileError, serveFiles } from "../files/http.js";
import type { Reply } from "../files/request.js";
import { executionRoutes } from "./executions.js";
import { IotError } from "../errors.js";
import { groupRoutes } from "./groups.js";
import { jobRoutes } from "./jobs.js";
import { jobsDataRoutes } from "./jobs-data.js";
import { otaUpdateRoutes } from "./ota-updates.js";
import { Router } from "./routes.js";
import { securityRoutes } from "./security.js";
import type { CertificateAuthority } from "../security/authority.js";
import {
  type Credentials,
  SignatureError,
  type SignedRequest,
  signedService,
  verifySignature,
} from "./sigv4.js";
import { streamRoutes } from "./streams.js";
import { thingRoutes } from "./things.js";

export interface ApiOptions {
  readonly desk: Desk;
  readonly dashboard: Dashboard;
  readonly authority: CertificateAuthority;
  readonly credentials: Credentials;
  readonly now: () => number;
}

/** The largest body, in bytes: an image of 24 MB and what S3 wraps around it. */
const MAX_BODY = 64 * 1024 * 1024;

const routers: Readonly<Record<string, Router>> = Object.freeze({
  iot: new Router(
    thingRoutes,
    groupRoutes,
    securityRoutes,
    streamRoutes,
    jobRoutes,
    executionRoutes,
    otaUpdateRoutes,
  ),
  "iot-jobs-data": new Router(jobsDataRoutes),
});

/**
 * One HTTP port for the control plane, the jobs data plane and S3. The service that a request's
 * signature is for tells them apart; only what is signed is served.
 */
export class ApiServer {
  readonly #server: Server;
  readonly #options: ApiOptions;

  constructor(options: ApiOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      if (options.dashboard.serve(request, response)) return;
      this.#answer(request, response).catch((error: unknown) => {
        response.destroy(error instanceof Error ? error : undefined);
      });
    });
  }

  /** Listens on `port`, 0 for any that is free. @returns the port. */
  async listen(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject).listen(port, host, resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = new Promise(done => this.#server.close(done));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming);
    const { status, headers, body } = await this.#serve(request);
    const length = { "content-length": String(Buffer.byteLength(body)) };
    response.writeHead(status, { ...length, ...headers });
    response.end(request.method === "HEAD" ? undefined : body);
  }

  async #serve(request: SignedRequest): Promise<Reply> {
    let service: string | undefined;
    try {
      service = signedService(request);
      verifySignature(request, this.#options.credentials, this.#options.now());
      if (service === "s3") return serveFiles(this.#options.desk, request);
      return await this.#serveIot(request, service ?? "");
    } catch (error) {
      return service === "s3" ? formatFileError(error) : formatError(error);
    }
  }

  async #serveIot(request: SignedRequest, service: string): Promise<Reply> {
    const router = routers[service];
    if (router === undefined) {
      throw new IotError("InvalidRequest", `The desk cloud has no service ${service}`);
    }
    const { method, target, headers } = request;
    const body = parseBody(request.body);
    const { authority } = this.#options;
    const reply = await this.#options.desk.run(desk =>
      router.serve(desk, method, target, { headers, body, authority }),
    );
    return formatJson(200, reply);
  }
}

async function readRequest(incoming: IncomingMessage): Promise<SignedRequest> {
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

function parseBody(bytes: Uint8Array): Record<string, unknown> {
  if (bytes.length === 0) return {};
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString());
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // told below, as for any other text that is no object
  }
  throw new IotError("InvalidRequest", "The body is not a JSON object");
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

function formatError(cause: unknown): Reply {
  const error = cause instanceof S3Error ? new IotError("InvalidRequest", cause.message) : cause;
  if (error instanceof IotError) return formatJson(error.status, error, error.exception);
  if (error instanceof SignatureError) return formatJson(403, error, frontDoor[error.fault]);
  const message = error instanceof Error ? error.message : "";
  return formatJson(500, { message }, "InternalFailureException");
}

function formatJson(status: number, value: object, exception?: string): Reply {
  const body = value instanceof Error ? { message: value.message } : value;
  const type = { "content-type": "application/json" };
  const headers = exception === undefined ? type : { ...type, "x-amzn-errortype": exception };
  return { status, headers, body: JSON.stringify(body) };
}
