// SPDX-License-Identifier: MIT
import TCP from "embedded:io/socket/tcp";
import UDP from "embedded:io/socket/udp";
import Resolver from "embedded:network/dns/resolver/udp";
import HTTPClient from "embedded:network/http/client";
import MQTTClient from "embedded:network/mqtt/client";
import { openCertificates } from "xs-ota/common/certificates";
import { crypto } from "xs-ota/common/crypto";
import { EcmaHttpClient, type HttpSessionClass } from "xs-ota/common/http";
import { readIdentity, type Identity } from "xs-ota/common/identity";
import { EcmaMqttClient } from "xs-ota/common/mqtt";
import type { MqttSessionClass } from "xs-ota/common/mqtt-session";
import type { DnsSource, SocketClass, SocketSource } from "xs-ota/common/network/socket";
import { clock } from "xs-ota/host/clock";
import { device } from "xs-ota/host/device";
import type { ImageDemands } from "xs-ota/pal/boot";
import type { Clock } from "xs-ota/pal/clock";
import type { Device } from "xs-ota/pal/device";
import { FlashPal } from "xs-ota/pal/flash/flash-pal";
import { FlashJournal } from "xs-ota/pal/flash/journal";
import type { Journal } from "xs-ota/pal/journal";
import type { Pal } from "xs-ota/pal/pal";
import { EspBootControl, readDemands, readRunningVersion } from "./boot.js";
import { openPartition } from "./flash.js";
import { anonymousSocket, type Report, secureSocket } from "./tls.js";

const KEEP_ALIVE_MS = 60_000;
const DNS_SERVERS: readonly string[] = Object.freeze(["1.1.1.1", "8.8.8.8"]);

export interface HostOptions {
  /** Whatever went wrong with the connection, for logs: it is tried again. */
  readonly onError?: (error: unknown) => void;
  /** IPv4 addresses of name servers; public ones when absent. */
  readonly dnsServers?: readonly string[];
}

/** The device that this runs on: what an OtaAgent needs of it, to be spread into its options, and who it is. */
export interface Host {
  readonly pal: Pal;
  readonly demands: ImageDemands;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly device: Device;
  readonly mqtt: EcmaMqttClient;
  readonly http: EcmaHttpClient;
  readonly identity: Identity;
  /** From the application descriptor of the running image: CONFIG_APP_PROJECT_VER. */
  readonly runningVersion: string;
}

const plainSocket: SocketSource = Object.freeze({ io: TCP as unknown as SocketClass });

/** The SDK's clients want to be told how names are resolved. */
function dnsSource(servers: readonly string[]): DnsSource {
  return { io: Resolver as unknown as DnsSource["io"], servers, socket: { io: UDP } };
}

function connect(identity: Identity, dns: DnsSource, report: Report): EcmaMqttClient {
  const { thingName, endpoint, tls } = identity;
  const mqtt = new EcmaMqttClient({
    MQTTClient: MQTTClient as unknown as MqttSessionClass,
    session: {
      ...endpoint,
      id: thingName,
      keepAlive: KEEP_ALIVE_MS,
      clean: true,
      socket: tls ? secureSocket(tls, endpoint.host, report) : plainSocket,
      dns,
    },
    clock,
    random: () => device.random(),
    onError: report,
  });
  mqtt.connect();
  return mqtt;
}

function openHttp({ tls }: Identity, dns: DnsSource, report: Report): EcmaHttpClient {
  return new EcmaHttpClient({
    HTTPClient: HTTPClient as unknown as HttpSessionClass,
    clock,
    socket: plainSocket,
    ...(tls && { secureSocket: (host: string) => anonymousSocket(tls, host, report) }),
    dns,
  });
}

/**
 * Opens this device, and connects it to the endpoint of its identity. Wi-Fi must be up, and the time of day set, for TLS
 * checks the dates of certificates: the SDK's `setup/network` does both before `main` runs.
 * @throws OtaError "argument-invalid" when the flash is not provisioned; "flash-failed".
 */
export function openHost(options: HostOptions = {}): Host {
  const report: Report = error => options.onError?.(error);
  const dns = dnsSource(options.dnsServers ?? DNS_SERVERS);
  const identity = readIdentity(openPartition("data"));
  const boot = new EspBootControl(openPartition("nextota"));
  const certificates = openCertificates(identity.certificates);
  return Object.freeze({
    pal: new FlashPal({ boot, crypto, certificates, device }),
    demands: readDemands(),
    journal: new FlashJournal(openPartition("journal")),
    clock,
    device,
    mqtt: connect(identity, dns, report),
    http: openHttp(identity, dns, report),
    identity,
    runningVersion: readRunningVersion(),
  });
}
