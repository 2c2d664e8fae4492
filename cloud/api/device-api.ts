// SPDX-License-Identifier: MIT
import type { IncomingMessage, RequestListener } from "node:http";
import type { Desk } from "../desk.js";
import type { AccessControl } from "../security/access.js";
import type { CertificateAuthority } from "../security/authority.js";
import type { PolicyAction } from "../security/policy-document.js";
import { certificateIdShownBy } from "../security/shown.js";
import type { Reply } from "../files/request.js";
import { formatError, formatJson, parseBody, readRequest, send } from "./exchange.js";
import { jobsDataRoutes } from "./jobs-data.js";
import { Router } from "./routes.js";

/** What the policies of a device's certificate must allow on "thing/<name>", by method and path. */
const actions: readonly (readonly [RegExp, PolicyAction])[] = Object.freeze([
  [/^GET \/things\/([^/]+)\/jobs$/, "iotjobsdata:GetPendingJobExecutions"],
  [/^PUT \/things\/([^/]+)\/jobs\/\$next$/, "iotjobsdata:StartNextPendingJobExecution"],
  [/^GET \/things\/([^/]+)\/jobs\/[^/]+$/, "iotjobsdata:DescribeJobExecution"],
  [/^POST \/things\/([^/]+)\/jobs\/[^/]+$/, "iotjobsdata:UpdateJobExecution"],
] as const);

const router = new Router(jobsDataRoutes);

/**
 * The jobs data plane for devices that show a certificate instead of signing their requests.
 * Source: AWS IoT developer guide, "Jobs device MQTT and HTTPS APIs" and "Authorizing your devices to use
 * AWS IoT Jobs".
 */
export class DeviceApi {
  readonly #desk: Desk;
  readonly #access: AccessControl;
  readonly #authority: CertificateAuthority;

  constructor(desk: Desk, access: AccessControl, authority: CertificateAuthority) {
    this.#desk = desk;
    this.#access = access;
    this.#authority = authority;
  }

  /** Answers one request. */
  readonly listener: RequestListener = (incoming, response) => {
    this.#serve(incoming).then(
      reply => send(response, incoming.method ?? "GET", reply),
      (error: unknown) => send(response, "GET", formatError(error)),
    );
  };

  async #serve(incoming: IncomingMessage): Promise<Reply> {
    const { method, target, headers, body } = await readRequest(incoming);
    const certificateId = certificateIdShownBy(incoming.socket) ?? "";
    if (!this.#allows(`${method} ${target.split("?")[0] ?? ""}`, certificateId)) {
      return formatJson(403, { message: "Forbidden" }, "ForbiddenException");
    }
    const rest = { headers, body: parseBody(body), authority: this.#authority };
    return formatJson(200, await this.#desk.run(desk => router.serve(desk, method, target, rest)));
  }

  /** A request has no client id: it speaks for the thing that its path names. */
  #allows(operation: string, certificateId: string): boolean {
    for (const [pattern, action] of actions) {
      const clientId = pattern.exec(operation)?.[1];
      if (clientId === undefined) continue;
      return this.#access.allows({ clientId, certificateId }, action, `thing/${clientId}`);
    }
    return false;
  }
}
