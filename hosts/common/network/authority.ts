// SPDX-License-Identifier: MIT
import type { HttpSessionClass, HttpSessionOptions } from "../http.js";
import type { DnsQuery, DnsSource } from "./socket.js";

/** The ports that go without saying, with TLS or without. */
const silent: readonly number[] = Object.freeze([80, 443]);

/** What a request's `host` field says. Source: RFC 9110 7.2. */
export const formatAuthority = (host: string, port: number): string =>
  silent.includes(port) ? host : `${host}:${port}`;

/**
 * The SDK's HTTP client, made to name the port in the `host` field, which presigned URLs sign. What it resolves and what
 * it puts into that field are one option, `host`; so it gets the field's text, and a resolver that knows the name.
 * Source: Moddable SDK 8.2.3 examples/io/tcp/httpclient/httpclient.js.
 */
export function namingPort(HTTPClient: HttpSessionClass): HttpSessionClass {
  return class extends HTTPClient {
    constructor(options: HttpSessionOptions) {
      const { host, port, dns } = options;
      const authority = formatAuthority(host, port);
      super({ ...options, host: authority, ...(dns && { dns: resolving(host, dns) }) });
    }
  };
}

/** Resolves that name, whatever it is asked for. */
function resolving(host: string, dns: DnsSource): DnsSource {
  const io = class extends dns.io {
    override resolve(query: DnsQuery): void {
      super.resolve({ ...query, host });
    }
  };
  return { ...dns, io };
}
