// SPDX-License-Identifier: MIT
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { Alarm } from "./alarm.js";
import { DeviceApi } from "./api/device-api.js";
import { ApiServer } from "./api/server.js";
import { type Credentials, presignGet } from "./api/sigv4.js";
import { Broker } from "./broker.js";
import { Dashboard } from "./dashboard/dashboard.js";
import { Desk } from "./desk.js";
import {
  type DevicePortNumbers,
  type DevicePorts,
  type DeviceServices,
  type Listener,
  LOOPBACK,
  openDevicePorts,
  type TlsIdentity,
} from "./device-ports.js";
import { Faults, type FaultPlan } from "./faults/faults.js";
import { afterRealTime, FaultyLine, type LineEnds } from "./faults/line.js";
import { parseS3Url } from "./files/url.js";
import { place } from "./registry/arn.js";
import { attempt, type Report, warn } from "./report.js";
import { AccessControl } from "./security/access.js";
import { CertificateAuthority } from "./security/authority.js";
import { memoryDisk } from "./store/memory.js";
import { sqliteDisk } from "./store/sqlite.js";
import { Store } from "./store/store.js";

/** How a desk cloud starts. */
export interface CloudOptions extends DevicePortNumbers {
  /** Where it listens; "127.0.0.1" unless told. */
  readonly host?: string;
  /** The folder that keeps the state; without one the state ends with the process. */
  readonly directory?: string | undefined;
  /** What goes wrong on the line, and how often; nothing unless told. */
  readonly faults?: FaultPlan | undefined;
  /** The port of the REST API and S3, 0 (any that is free) unless told. */
  readonly restPort?: number;
  /** Told of an error of a service that no reply can tell; a warning of the process unless given. */
  readonly report?: Report;
}

/** A desk cloud that runs. */
export interface Cloud extends Omit<DevicePorts, "close"> {
  /** One URL for `endpoint` of the SDK's IoT, IoT jobs data and S3 clients (the latter path-style). */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
  /** Whom devices trust, PEM; its authority issues their certificates. */
  readonly rootCertificate: string;
  /** The page that shows the fleet; its address holds a secret. */
  readonly dashboard: string;
  /** The services, for a program that shares the process. */
  readonly desk: Desk;
  /** What went wrong on the line. */
  readonly faults: Pick<Faults, "struck">;
  /** Disconnects every device and frees the ports. */
  close(): Promise<void>;
}

/**
 * Starts a cloud: an MQTT broker with AWS IoT's Jobs and Streams behind it, its REST API, and S3.
 *
 *     const cloud = await startCloud();
 *     const { endpoint, region, credentials } = cloud;
 *     const iot = new IoTClient({ endpoint, region, credentials });
 *     const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
 *     // devices connect to cloud.mqtts with certificates that CreateKeysAndCertificate made
 *     await cloud.close();
 *
 * A thing must be registered (CreateThing) and a bucket made (CreateBucket) before they are used.
 * @throws Error when a port is taken or the folder is in use.
 */
export async function startCloud(options: CloudOptions = {}): Promise<Cloud> {
  const { host = LOOPBACK, directory, report = warn } = options;
  const store = new Store(directory === undefined ? memoryDisk() : sqliteDisk(directory));
  const credentials = readCredentials(store);
  const authority = await CertificateAuthority.open(store);
  const faults = new Faults(options.faults);
  const desk: Desk = new Desk({
    store,
    now: Date.now,
    publish: (topic, payload, qos) => line.fromCloud(topic, payload, qos),
    presign: (url, expiresInSec, thing) =>
      presign(url, expiresInSec, endpoint, credentials, faults.expires(thing)),
    endpointAddress: type => addressOf(type === "iot:Jobs" ? ports.https : ports.mqtts),
    planned() {
      alarm.set();
      dashboard.changed();
    },
  });
  const alarm = new Alarm(desk, report);
  const dashboard = new Dashboard(desk);
  const access = new AccessControl(desk);
  const line = openLine(faults, desk, () => broker, report);
  const broker: Broker = await Broker.open({ handle: line.fromDevice.bind(line), access, report });
  const api = new ApiServer({ desk, dashboard, authority, credentials, now: Date.now });
  const identity = await tlsIdentity(authority, host);
  const deviceApi = new DeviceApi(desk, access, authority);
  const parts = [alarm, line, dashboard, broker, api, store];
  const services = { broker, api: deviceApi };
  const { ports, endpoint } = await listen(host, options, identity, api, services).catch(
    (error: unknown) => closeAll(parts).then(() => Promise.reject(error as Error)),
  );
  alarm.wake();
  return {
    ...{ endpoint, region: place.region, credentials, desk, faults, ...ports },
    rootCertificate: authority.certificatePem,
    dashboard: dashboard.urlAt(endpoint),
    close: () => closeAll([ports, ...parts]),
  };
}

/** Opens all ports or none. @throws Error when one is taken. */
async function listen(
  host: string,
  options: CloudOptions,
  identity: TlsIdentity,
  api: ApiServer,
  services: DeviceServices,
): Promise<{ readonly ports: DevicePorts; readonly endpoint: string }> {
  const restPort = await api.listen(host, options.restPort ?? 0);
  const ports = await openDevicePorts(host, options, identity, services);
  return { ports, endpoint: `http://${host}:${restPort}` };
}

/** Closes one part after the other. */
async function closeAll(parts: readonly { close(): void | Promise<void> }[]): Promise<void> {
  for (const part of parts) await part.close();
}

function addressOf({ host, port }: Listener): string {
  return `${host}:${port}`;
}

function openLine(faults: Faults, desk: Desk, broker: () => Broker, report: Report): FaultyLine {
  const ends: LineEnds = {
    toCloud: (thing, topic, payload) => desk.handle(thing, topic, payload),
    toDevice: (topic, payload, qos) => broker().publish(topic, payload, qos),
    refuse: (topic, payload) => desk.refuse(topic, payload),
    disconnect: thing => broker().disconnect(thing),
  };
  return new FaultyLine(faults, ends, (delayMs, act) =>
    afterRealTime(delayMs, () => attempt(report, act)),
  );
}

/** A certificate for the address that it listens on, and for the names of this machine. */
async function tlsIdentity(authority: CertificateAuthority, host: string): Promise<TlsIdentity> {
  const names = [...new Set([host, LOOPBACK, "localhost", hostname()])];
  const { certificatePem, privateKeyPem } = await authority.issueServer(names);
  return { cert: certificatePem, key: privateKeyPem, ca: authority.certificatePem };
}

/** The key pair of this cloud, made at its first start. */
function readCredentials(store: Store): Credentials {
  const settings = store.table<Credentials>("settings");
  const known = settings.get("credentials");
  if (known !== undefined) return known;
  const made = {
    accessKeyId: `AKIA${randomBytes(8).toString("hex").toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString("base64"),
  };
  settings.put("credentials", made);
  store.commit();
  return made;
}

/** A URL of ours for the object that an S3 URL of AWS means; any other URL stays as it is. */
function presign(
  url: string,
  expiresInSec: number,
  endpoint: string,
  credentials: Credentials,
  isExpired: boolean,
): string {
  const at = parseS3Url(url);
  if (at === undefined) return url;
  const key = at.key.split("/").map(encodeURIComponent).join("/");
  const atMs = Date.now() - (isExpired ? (expiresInSec + 1) * 1000 : 0);
  const own = `${endpoint}/${at.bucket}/${key}`;
  return presignGet(own, expiresInSec, place.region, credentials, atMs);
}
