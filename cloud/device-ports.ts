// SPDX-License-Identifier: MIT
import { createServer as createHttpsServer } from "node:https";
import { createServer, type Server } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { DeviceApi } from "./api/device-api.js";
import type { Broker } from "./broker.js";
import { Listeners } from "./listeners.js";

/** What a listener with TLS shows, and whose certificates it takes. PEM. */
export interface TlsIdentity {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

/** Where a part of the cloud listens. */
export interface Listener {
  readonly host: string;
  readonly port: number;
}

/** The ports that devices connect to, 0 for any that is free. */
export interface DevicePortNumbers {
  /** MQTT over TLS; AWS's is 8883. */
  readonly mqttsPort?: number | undefined;
  /** MQTT over TLS for clients that ask for it by ALPN; AWS's is 443. */
  readonly alpnPort?: number | undefined;
  /** The jobs data plane over HTTPS with a client certificate; AWS's is 8443. */
  readonly httpsPort?: number | undefined;
  /** MQTT without TLS, on the loopback interface only; none unless told. */
  readonly plainMqttPort?: number | undefined;
}

/** Where devices connect. */
export interface DevicePorts {
  readonly mqtts: Listener;
  readonly mqttsAlpn: Listener;
  readonly https: Listener;
  readonly plainMqtt: Listener | undefined;
  close(): Promise<void>;
}

export const LOOPBACK = "127.0.0.1";

/** Source: AWS IoT developer guide, "Device communication protocols": MQTT's name in ALPN. */
const ALPN = "x-amzn-mqtt-ca";

/** What serves the devices. */
export interface DeviceServices {
  readonly broker: Broker;
  readonly api: DeviceApi;
}

/** Opens what devices connect to, all or nothing. @throws Error when a port is taken. */
export async function openDevicePorts(
  host: string,
  ports: DevicePortNumbers,
  identity: TlsIdentity,
  services: DeviceServices,
): Promise<DevicePorts> {
  const listeners = new Listeners();
  const open = async (server: Server, at: string, port = 0): Promise<Listener> => ({
    host: at,
    port: await listeners.open(server, at, port),
  });
  const servers = makeServers(identity, services);
  const { plainMqttPort } = ports;
  try {
    return {
      mqtts: await open(servers.mqtts, host, ports.mqttsPort),
      mqttsAlpn: await open(servers.mqttsAlpn, host, ports.alpnPort),
      https: await open(servers.https, host, ports.httpsPort),
      // what needs no certificate is for this machine alone, wherever the rest listens
      plainMqtt:
        plainMqttPort === undefined
          ? undefined
          : await open(servers.plainMqtt, LOOPBACK, plainMqttPort),
      close: () => listeners.close(),
    };
  } catch (error) {
    await listeners.close();
    throw error;
  }
}

function makeServers(
  identity: TlsIdentity,
  { broker, api }: DeviceServices,
): Readonly<Record<"mqtts" | "mqttsAlpn" | "https" | "plainMqtt", Server>> {
  const tls = { ...identity, requestCert: true, minVersion: "TLSv1.2" } as const;
  const mqtt = { ...tls, ALPNProtocols: [ALPN] };
  return {
    mqtts: createTlsServer(mqtt, socket => broker.accept(socket)),
    // AWS speaks other protocols on this port: who does not name MQTT does not get it
    mqttsAlpn: createTlsServer(mqtt, socket => {
      if (socket.alpnProtocol === ALPN) broker.accept(socket);
      else socket.destroy();
    }),
    https: createHttpsServer(tls, api.listener),
    plainMqtt: createServer(socket => broker.accept(socket)),
  };
}
