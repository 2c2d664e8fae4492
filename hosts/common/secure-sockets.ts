// SPDX-License-Identifier: MIT
import type { TlsIdentity } from "./identity.js";
import type { SocketClass, SocketSource } from "./network/socket.js";
import { decodePem } from "./pem.js";

/** The classes that `embedded:io/socket/tcp/tls` and `embedded:io/socket/tcp` give. */
export interface SecureSocketClasses {
  readonly TLSSocket: SocketClass;
  readonly TCP: SocketClass;
}

/** Source: AWS IoT developer guide, "Device communication protocols": MQTT on port 443 must be asked for by this name. */
const MQTT_ON_443 = "x-amzn-mqtt-ca";

/** What a device makes TLS connections with, each as the `socket` option of an MQTT or HTTP client. */
export class SecureSockets {
  readonly #classes: SecureSocketClasses;
  readonly #identity: TlsIdentity;

  constructor(classes: SecureSocketClasses, identity: TlsIdentity) {
    this.#classes = classes;
    this.#identity = identity;
  }

  /**
   * Mutual TLS to a broker.
   * @throws OtaError "argument-invalid" when a certificate or the key is not PEM.
   */
  toBroker({ host, port }: { readonly host: string; readonly port: number }): SocketSource {
    const { certificate, privateKey } = this.#identity;
    return this.#source({
      serverName: host,
      clientCertificates: [decodePem(certificate, "CERTIFICATE").buffer],
      clientKey: decodePem(privateKey, "PRIVATE KEY").buffer,
      ...(port === 443 && { applicationLayerProtocolNegotiation: MQTT_ON_443 }),
    });
  }

  /**
   * TLS to a web server, as presigned URLs lead to: it is shown no certificate.
   * @throws OtaError "argument-invalid" when the root certificate is not PEM.
   */
  toWeb(host: string): SocketSource {
    return this.#source({ serverName: host, applicationLayerProtocolNegotiation: "http/1.1" });
  }

  #source(secure: Readonly<Record<string, unknown>>): SocketSource {
    const { TLSSocket, TCP } = this.#classes;
    const certificate = decodePem(this.#identity.rootCertificate, "CERTIFICATE").buffer;
    return { io: TLSSocket, TCP: { io: TCP }, secure: { certificate, ...secure } };
  }
}
Object.freeze(SecureSockets.prototype);
