// SPDX-License-Identifier: MIT
import TCP from "embedded:io/socket/tcp";
import UDP from "embedded:io/socket/udp";
import Resolver from "embedded:network/dns/resolver/udp";
import MQTTClient from "embedded:network/mqtt/client";
import Net from "net";
import { openConnections, type ConnectionParty, type Connections } from "xs-ota/common/connections";
import type { MqttSessionClass } from "xs-ota/common/mqtt-session";
import { openHttp } from "xs-ota/host/http-network";
import type { DnsSource, SocketClass } from "xs-ota/common/network/socket";
import { secureSocketClasses } from "./secure-socket.js";

const PUBLIC_SERVERS: readonly string[] = Object.freeze(["1.1.1.1", "8.8.8.8"]);

/** Those that the network has named to an ESP32, for they alone may know the broker, or be reached; then public ones. */
function dnsServers(): readonly string[] {
  const named = Net.get("DNS") ?? [];
  return [...named.filter(address => !address.includes(":")), ...PUBLIC_SERVERS];
}

/** The SDK's clients want to be told how names are resolved. */
function dnsSource(servers: readonly string[]): DnsSource {
  return { io: Resolver as unknown as DnsSource["io"], servers, socket: { io: UDP } };
}

/**
 * Connects by the clients of the Moddable SDK.
 * @throws OtaError "argument-invalid" when a certificate or a key of the identity is not PEM.
 */
export function openNetwork(party: ConnectionParty): Connections {
  const classes = {
    MQTTClient: MQTTClient as unknown as MqttSessionClass,
    openHttp,
    TCP: TCP as unknown as SocketClass,
    secure: secureSocketClasses(error => party.onError?.(error)),
    dns: dnsSource(party.dnsServers ?? dnsServers()),
  };
  return openConnections(classes, party);
}
