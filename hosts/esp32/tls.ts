// SPDX-License-Identifier: MIT
import TCP from "embedded:io/socket/tcp";
import TLSSocket from "embedded:io/socket/tcp/tls";
import type { TlsIdentity } from "xs-ota/common/identity";
import type { SocketClass, SocketOptions, SocketSource } from "xs-ota/common/network/socket";
import { decodePem } from "xs-ota/common/pem";

/** Where errors go that nobody else can be told. */
export type Report = (error: unknown) => void;

/**
 * A TCP socket whose callbacks never throw. The SDK's TLS throws inside them when a handshake fails or a record does not
 * decrypt, which ends the machine; here the connection ends instead, and whoever uses it tries again.
 */
function guardedTcp(report: Report): SocketClass {
  class GuardedTcp extends (TCP as unknown as SocketClass) {
    constructor(options: SocketOptions) {
      const guard = (run: (count: number) => void) => (count: number) => {
        try {
          run(count);
        } catch (error) {
          report(error);
          options.onError(error);
        }
      };
      super({
        ...options,
        onReadable: guard(options.onReadable),
        onWritable: guard(options.onWritable),
      });
    }
  }
  return GuardedTcp;
}

/**
 * Mutual TLS to the host named `serverName`, as the `socket` option of the SDK's MQTT and HTTP clients.
 * Source: Moddable SDK examples/io/tcp/tlssocket; TLS 1.2, with a client key of RSA only.
 * @throws OtaError "argument-invalid" when a certificate or the key is not PEM.
 */
export function secureSocket(
  { rootCertificate, certificate, privateKey }: TlsIdentity,
  serverName: string,
  report: Report,
): SocketSource {
  return {
    io: TLSSocket as unknown as SocketClass,
    TCP: { io: guardedTcp(report) },
    secure: {
      serverName,
      certificate: decodePem(rootCertificate, "CERTIFICATE").buffer,
      clientCertificates: [decodePem(certificate, "CERTIFICATE").buffer],
      clientKey: decodePem(privateKey, "PRIVATE KEY").buffer,
    },
  };
}

/** TLS to a server that asks for no client certificate, as presigned URLs lead to. */
export function anonymousSocket(
  { rootCertificate }: TlsIdentity,
  serverName: string,
  report: Report,
): SocketSource {
  return {
    io: TLSSocket as unknown as SocketClass,
    TCP: { io: guardedTcp(report) },
    secure: {
      serverName,
      certificate: decodePem(rootCertificate, "CERTIFICATE").buffer,
      applicationLayerProtocolNegotiation: "http/1.1",
    },
  };
}
