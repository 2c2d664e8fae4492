// SPDX-License-Identifier: MIT
import TCP from "embedded:io/socket/tcp";
import TLSSocket from "embedded:io/socket/tcp/tls";
import HTTPClient from "embedded:network/http/client";
import MQTTClient from "embedded:network/mqtt/client";
import { openCertificates } from "xs-ota/common/certificates";
import { crypto } from "xs-ota/common/crypto";
import { readDemands } from "xs-ota/common/demands";
import { EcmaHttpClient } from "xs-ota/common/http";
import { readIdentity, type Identity } from "xs-ota/common/identity";
import { EcmaMqttClient } from "xs-ota/common/mqtt";
import type { SocketClass, SocketSource } from "xs-ota/common/network/socket";
import { SecureSockets } from "xs-ota/common/secure-sockets";
import { readImageFacts } from "xs-ota/image/facts";
import { formatImageVersion } from "xs-ota/image/version";
import { McubootControl } from "xs-ota/pal/boot/mcuboot";
import type { ImageDemands } from "xs-ota/pal/boot";
import type { Clock } from "xs-ota/pal/clock";
import type { Device } from "xs-ota/pal/device";
import { FlashPal } from "xs-ota/pal/flash/flash-pal";
import { FlashJournal } from "xs-ota/pal/flash/journal";
import type { Journal } from "xs-ota/pal/journal";
import type { Pal } from "xs-ota/pal/pal";
import { clock } from "./clock.js";
import { device } from "./device.js";
import { openPartition } from "./flash.js";
import { deviceClass } from "./target.js";

const KEEP_ALIVE_MS = 60_000;

export interface HostOptions {
  /** Whatever went wrong with the connection, for logs: it is tried again. */
  readonly onError?: (error: unknown) => void;
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
  /** From the header of the image in slot-a, which is the one that runs. */
  readonly runningVersion: string;
}

const plainSocket: SocketSource = Object.freeze({ io: TCP });

function openSecureSockets({ tls }: Identity): SecureSockets | undefined {
  if (tls === undefined) return undefined;
  return new SecureSockets({ TLSSocket: TLSSocket as unknown as SocketClass, TCP }, tls);
}

function connect(
  { thingName, endpoint }: Identity,
  sockets: SecureSockets | undefined,
  options: HostOptions,
): EcmaMqttClient {
  const mqtt = new EcmaMqttClient({
    MQTTClient,
    session: {
      ...endpoint,
      id: thingName,
      keepAlive: KEEP_ALIVE_MS,
      clean: true,
      socket: sockets?.toBroker(endpoint) ?? plainSocket,
    },
    clock,
    random: () => device.random(),
    ...(options.onError && { onError: options.onError }),
  });
  mqtt.connect();
  return mqtt;
}

function openHttp(sockets: SecureSockets | undefined): EcmaHttpClient {
  return new EcmaHttpClient({
    HTTPClient,
    clock,
    socket: plainSocket,
    ...(sockets && { secureSocket: (host: string) => sockets.toWeb(host) }),
  });
}

/**
 * Opens this device, and connects it to the endpoint of its identity, by mutual TLS if that has a `tls`.
 * @throws OtaError "argument-invalid" when the flash is not provisioned; "flash-failed".
 */
export function openHost(options: HostOptions = {}): Host {
  const identity = readIdentity(openPartition("data"));
  const sockets = openSecureSockets(identity);
  const slotA = openPartition("slot-a");
  const boot = new McubootControl(slotA, openPartition("slot-b"));
  const certificates = openCertificates(identity.certificates);
  return Object.freeze({
    pal: new FlashPal({ boot, crypto, certificates, device }),
    demands: readDemands(openPartition("counter"), deviceClass()),
    journal: new FlashJournal(openPartition("journal")),
    clock,
    device,
    mqtt: connect(identity, sockets, options),
    http: openHttp(sockets),
    identity,
    runningVersion: formatImageVersion(readImageFacts(slotA, boot.capacity).header.version),
  });
}
