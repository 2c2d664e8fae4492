// SPDX-License-Identifier: MIT
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Dashboard } from "../dashboard/dashboard.js";
import type { Desk } from "../desk.js";
import { formatFileError, serveFiles } from "../files/http.js";
import { readPayload } from "../files/payload.js";
import type { Reply } from "../files/request.js";
import { formatError, formatJson, parseBody, readRequest, send } from "./exchange.js";
import { executionRoutes } from "./executions.js";
import { IotError } from "../errors.js";
import { groupRoutes } from "./groups.js";
import { jobRoutes } from "./jobs.js";
import { jobsDataRoutes } from "./jobs-data.js";
import { otaUpdateRoutes } from "./ota-updates.js";
import { Router } from "./routes.js";
import { securityRoutes } from "./security.js";
import type { CertificateAuthority } from "../security/authority.js";
import { type Credentials, type SignedRequest, signedService, verifySignature } from "./sigv4.js";
import { streamRoutes } from "./streams.js";
import { thingRoutes } from "./things.js";

export interface ApiOptions {
  readonly desk: Desk;
  readonly dashboard: Dashboard;
  readonly authority: CertificateAuthority;
  readonly credentials: Credentials;
  readonly now: () => number;
}

const controlPlane = new Router(
  thingRoutes,
  groupRoutes,
  securityRoutes,
  streamRoutes,
  jobRoutes,
  executionRoutes,
  otaUpdateRoutes,
);

/** What serves a request, by the service that its signature is for. */
const routers: ReadonlyMap<string, Router> = new Map([
  ["iot", controlPlane],
  ["iot-jobs-data", new Router(jobsDataRoutes)],
]);

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
    if (this.#options.dashboard.serve(incoming, response)) return;
    const request = await readRequest(incoming);
    send(response, request.method, await this.#serve(request));
  }

  async #serve(request: SignedRequest): Promise<Reply> {
    let service: string | undefined;
    try {
      service = signedService(request);
      verifySignature(request, this.#options.credentials, this.#options.now());
      if (service === "s3") {
        const body = readPayload(request, this.#options.credentials);
        return serveFiles(this.#options.desk, { ...request, body });
      }
      return await this.#serveIot(request, service ?? "");
    } catch (error) {
      return service === "s3" ? formatFileError(error) : formatError(error);
    }
  }

  async #serveIot(request: SignedRequest, service: string): Promise<Reply> {
    const router = routers.get(service);
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
