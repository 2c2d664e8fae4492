// SPDX-License-Identifier: MIT
import type { Clock } from "xs-ota/pal/clock";
import type { Device } from "xs-ota/pal/device";
import type { EcmaHttpClient, EcmaHttpOptions } from "./http.js";
import type { Identity } from "./identity.js";
import { EcmaMqttClient } from "./mqtt.js";
import type { MqttSessionClass } from "./mqtt-session.js";
import type { DnsSource, SocketClass, SocketSource } from "./network/socket.js";
import { SecureSockets, type SecureSocketClasses } from "./secure-sockets.js";

const KEEP_ALIVE_MS = 60_000;

/** What an application may say about its device's connections. */
export interface ConnectionOptions {
  /** Whatever went wrong with the connection, for logs: it is tried again. */
  readonly onError?: (error: unknown) => void;
  /** Longest MQTT payload taken, in bytes; 16 KiB when absent. A longer one, of a large block or job, is dropped and told to `onError`. */
  readonly maxPayload?: number;
  /** IPv4 addresses of name servers, where the machine asks them itself; those of its network, and public ones, when absent. */
  readonly dnsServers?: readonly string[];
}

/** A device's ways to its cloud. */
export interface Connections {
  readonly mqtt: EcmaMqttClient;
  /** `undefined` in a build without HTTP. */
  readonly http: EcmaHttpClient | undefined;
}

/** Who connects, and what its clients need of the machine. */
export interface ConnectionParty extends ConnectionOptions {
  readonly identity: Identity;
  readonly clock: Clock;
  readonly device: Device;
}

/** Makes an HTTP client over the machine's `embedded:network/http/client`. */
export type OpenHttp = (options: Omit<EcmaHttpOptions, "HTTPClient">) => EcmaHttpClient;

/** What a machine connects with: the classes of its `embedded:` modules. */
export interface ConnectionClasses {
  readonly MQTTClient: MqttSessionClass;
  /** `undefined` in a build without HTTP. */
  readonly openHttp: OpenHttp | undefined;
  readonly TCP: SocketClass;
  readonly secure: SecureSocketClasses;
  /** Absent where sockets resolve names themselves. */
  readonly dns?: DnsSource;
}

/**
 * Connects to the endpoint of an identity, by mutual TLS if that has a `tls`; the HTTP client connects when it is asked.
 * @throws OtaError "argument-invalid" when a certificate or a key of the identity is not PEM.
 */
export function openConnections(classes: ConnectionClasses, party: ConnectionParty): Connections {
  const { tls } = party.identity;
  const sockets = tls && new SecureSockets(classes.secure, tls);
  const mqtt = makeMqtt(classes, party, sockets);
  const http = makeHttp(classes, party, sockets);
  mqtt.connect();
  return Object.freeze({ mqtt, http });
}

const plain = ({ TCP }: ConnectionClasses): SocketSource => ({ io: TCP });

function makeMqtt(
  classes: ConnectionClasses,
  { identity, clock, device, maxPayload, onError }: ConnectionParty,
  sockets: SecureSockets | undefined,
): EcmaMqttClient {
  const { MQTTClient, dns } = classes;
  const { thingName, endpoint } = identity;
  return new EcmaMqttClient({
    MQTTClient,
    session: {
      ...endpoint,
      id: thingName,
      keepAlive: KEEP_ALIVE_MS,
      clean: true,
      socket: sockets?.toBroker(endpoint) ?? plain(classes),
      ...(dns && { dns }),
    },
    clock,
    random: () => device.random(),
    ...(maxPayload !== undefined && { maxPayload }),
    ...(onError && { onError }),
  });
}

function makeHttp(
  classes: ConnectionClasses,
  { clock }: ConnectionParty,
  sockets: SecureSockets | undefined,
): EcmaHttpClient | undefined {
  const { openHttp, dns } = classes;
  return openHttp?.({
    clock,
    socket: plain(classes),
    ...(sockets && { secureSocket: (host: string) => sockets.toWeb(host) }),
    ...(dns && { dns }),
  });
}
