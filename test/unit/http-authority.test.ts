// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import type { HttpSessionClass, HttpSessionOptions } from "xs-ota/common/http";
import { formatAuthority, namingPort } from "xs-ota/common/network/authority";
import type { DnsQuery, DnsSource } from "xs-ota/common/network/socket";

interface Seen {
  field?: string;
  resolved?: string;
  servers?: unknown;
}

/** What the SDK's client does with its options: `host` goes into the field, and to the resolver. */
function connectLikeSdk(host: string, port: number): Seen {
  const seen: Seen = {};
  class Resolver {
    constructor(options: DnsSource) {
      seen.servers = options["servers"];
    }
    resolve(query: DnsQuery): void {
      seen.resolved = query.host;
    }
  }
  const SdkClient = function (options: HttpSessionOptions): void {
    const { host: text, dns } = options;
    const onError = (): void => undefined;
    seen.field = text;
    if (dns) new dns.io(dns).resolve({ host: text, onResolved: () => undefined, onError });
  } as unknown as HttpSessionClass;
  const Client = namingPort(SdkClient);
  const socket = {} as HttpSessionOptions["socket"];
  const dns = { io: Resolver, servers: ["192.0.2.53"] };
  new Client({ host, port, socket, dns, onError: () => undefined });
  return seen;
}

test("the port stands in the host field unless it goes without saying", () => {
  assert.equal(formatAuthority("files.example", 8080), "files.example:8080");
  assert.equal(formatAuthority("files.example", 80), "files.example");
  assert.equal(formatAuthority("files.example", 443), "files.example");
});

test("the SDK's HTTP client names the port to the server, and not to the resolver", () => {
  const seen = connectLikeSdk("files.example", 8080);
  assert.deepEqual(seen, {
    field: "files.example:8080",
    resolved: "files.example",
    servers: ["192.0.2.53"],
  });
});

test("on the port of https the SDK's HTTP client names none", () => {
  const { field, resolved } = connectLikeSdk("files.example", 443);
  assert.deepEqual([field, resolved], ["files.example", "files.example"]);
});
