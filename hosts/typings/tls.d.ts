// SPDX-License-Identifier: MIT
// Source: Moddable SDK examples/io/tcp/tlssocket, which has no typings of its own.

declare module "embedded:io/socket/tcp/tls" {
  /** A TLS 1.2 client over a TCP socket; the options beside these two are the TCP socket's. */
  export default class TLSSocket {
    constructor(options: {
      readonly TCP: { readonly io: unknown };
      readonly secure: {
        readonly serverName?: string;
        /** DER; trusted as a root. */
        readonly certificate?: ArrayBuffer;
        /** DER, the device's own first. */
        readonly clientCertificates?: readonly ArrayBuffer[];
        /** PKCS #8, DER, RSA. */
        readonly clientKey?: ArrayBuffer;
        readonly applicationLayerProtocolNegotiation?: string;
      };
    });
    close(): void;
  }
}
