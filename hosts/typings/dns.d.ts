// SPDX-License-Identifier: MIT
// Source: Moddable SDK typings/embedded_io/socket/udp.d.ts and typings/embedded_network/dns/resolver, typings/net.d.ts, as far as we use them.

declare module "embedded:io/socket/udp" {
  export default class UDP {
    close(): void;
  }
}

declare module "embedded:network/dns/resolver/udp" {
  /** Resolves names by asking `servers` over UDP. */
  export default class Resolver {
    constructor(options: {
      readonly servers: readonly string[];
      readonly socket: { readonly io: unknown };
    });
    resolve(options: {
      host: string;
      onResolved(host: string, address: string): void;
      onError(host: string): void;
    }): void;
    close(): void;
  }
}

declare module "net" {
  const Net: {
    /** Addresses of the name servers that the network has named; `undefined` on Linux. */
    get(what: "DNS"): readonly string[] | undefined;
  };
  export default Net;
}
