// SPDX-License-Identifier: MIT
import TCP from "embedded:io/socket/tcp";
import UDP from "embedded:io/socket/udp";
import Resolver from "embedded:network/dns/resolver/udp";
import HTTPClient from "embedded:network/http/client";
import MQTTClient from "embedded:network/mqtt/client";
import { EcmaHttpClient, type HttpSessionClass } from "xs-ota/common/http";
import type { Identity } from "xs-ota/common/identity";
import { EcmaMqttClient } from "xs-ota/common/mqtt";
import type { MqttSessionClass } from "xs-ota/common/mqtt-session";
import type { DnsSource, SocketClass, SocketSource } from "xs-ota/common/network/socket";
import { SecureSockets } from "xs-ota/common/secure-sockets";
import { clock } from "xs-ota/host/clock";
import { device } from "xs-ota/host/device";
import { secureSocketClasses } from "./secure-socket.js";

const KEEP_ALIVE_MS = 60_000;
const DNS_SERVERS: readonly string[] = Object.freeze(["1.1.1.1", "8.8.8.8"]);

export interface NetworkOptions {
  /** Whatever went wrong with the connection, for logs: it is tried again. */
  readonly onError?: (error: unknown) => void;
  /** IPv4 addresses of name servers; public ones when absent. */
  readonly dnsServers?: readonly string[];
}

/** A device's ways to its cloud, by the clients of the Moddable SDK. */
export interface Network {
  readonly mqtt: EcmaMqttClient;
  readonly http: EcmaHttpClient;
}

const plainSocket: SocketSource = Object.freeze({ io: TCP as unknown as SocketClass });

/** The SDK's clients want to be told how names are resolved. */
function dnsSource(servers: readonly string[]): DnsSource {
  return { io: Resolver as unknown as DnsSource["io"], servers, socket: { io: UDP } };
}

/**
 * Connects to the endpoint of an identity, by mutual TLS if that has a `tls`; the HTTP client connects when it is asked.
 * @throws OtaError "argument-invalid" when a certificate or a key of the identity is not PEM.
 */
export function openNetwork(identity: Identity, options: NetworkOptions): Network {
  const { thingName, endpoint, tls } = identity;
  const report = (error: unknown): void => options.onError?.(error);
  const dns = dnsSource(options.dnsServers ?? DNS_SERVERS);
  const secure = tls && new SecureSockets(secureSocketClasses(report), tls);
  const mqtt = new EcmaMqttClient({
    MQTTClient: MQTTClient as unknown as MqttSessionClass,
    session: {
      ...endpoint,
      id: thingName,
      keepAlive: KEEP_ALIVE_MS,
      clean: true,
      socket: secure?.toBroker(endpoint) ?? plainSocket,
      dns,
    },
    clock,
    random: () => device.random(),
    onError: report,
  });
  const http = new EcmaHttpClient({
    HTTPClient: HTTPClient as unknown as HttpSessionClass,
    clock,
    socket: plainSocket,
    ...(secure && { secureSocket: (host: string) => secure.toWeb(host) }),
    dns,
  });
  mqtt.connect();
  return Object.freeze({ mqtt, http });
}
