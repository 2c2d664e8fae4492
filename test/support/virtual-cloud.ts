// SPDX-License-Identifier: MIT
import { presignGet } from "xs-ota/cloud/api/sigv4";
import { Desk } from "xs-ota/cloud/desk";
import { type FaultPlan, Faults } from "xs-ota/cloud/faults/faults";
import { addFaults, type FaultCounts } from "./fault-counts.js";
import { FaultyLine } from "xs-ota/cloud/faults/line";
import { formatFileError, serveFiles } from "xs-ota/cloud/files/http";
import { parseS3Url } from "xs-ota/cloud/files/url";
import { verifySignature } from "xs-ota/cloud/api/sigv4";
import { Store } from "xs-ota/cloud/store/store";
import { ROLE, START_MS, thingArn } from "./desk.js";
import type { ManualClock } from "./manual-clock.js";
import { RamDisk } from "./ram-disk.js";
import { VirtualHttp, type VirtualReply } from "./virtual-http.js";
import { VirtualMqtt } from "./virtual-mqtt.js";

/** A file that a job brings. */
export interface DeployedFile {
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
  readonly certificateName: string;
  /** 0, firmware, unless told. */
  readonly fileType?: number;
}

/** How a job's files travel. */
export type Travel = "MQTT" | "HTTP";

const BUCKET = "firmware";
const ORIGIN = "http://desk";
const REGION = "us-east-1";
const credentials = Object.freeze({ accessKeyId: "AKIATEST", secretAccessKey: "secret" });
/** Seconds that a presigned URL is good for. */
const EXPIRY = 600;
/** Milliseconds that a lost connection needs to come back. */
const RECONNECT_MS = 2000;

export interface VirtualCloudOptions {
  readonly clock: ManualClock;
  /** Of the only thing. */
  readonly thing: string;
  readonly disk?: RamDisk;
  /** What goes wrong on the line. Each connection begins the plan anew, with a seed of its own. */
  readonly weather?: Weather;
}

export interface Weather extends FaultPlan {
  /** Virtual time in ms at which nothing goes wrong any more; never, unless told. */
  readonly until?: number;
  /** After so many messages in all the cloud's process ends, and starts again from its disk. */
  readonly restarts?: readonly number[];
}

/** The desk cloud's own services without a wire, in virtual time, with one thing. */
export class VirtualCloud {
  readonly #options: VirtualCloudOptions;
  readonly #disk: RamDisk;
  #desk: Desk;
  #faults = new Faults();
  #line: FaultyLine;
  /** Messages on their way, in order. */
  readonly #inFlight: (() => void)[] = [];
  #device: VirtualMqtt;
  #connections = 0;
  readonly #topics = new Set<string>();
  #carried = 0;
  #restarts = 0;
  /** Of the lines before this one. */
  readonly #struck: FaultCounts = {};

  constructor(options: VirtualCloudOptions) {
    this.#options = options;
    this.#disk = options.disk ?? new RamDisk();
    this.#desk = this.#openDesk();
    this.#line = this.#openLine();
    this.#device = this.#openConnection();
    if (options.disk !== undefined) return;
    this.#desk.run(({ things, files }) => {
      things.create({ thingName: options.thing });
      files.create(BUCKET);
    });
  }

  /** This cloud as it is now, on another clock, with its own future. What is on its way is lost. */
  fork(clock: ManualClock, weather: Weather): VirtualCloud {
    return new VirtualCloud({ ...this.#options, clock, weather, disk: this.#disk.fork() });
  }

  #openDesk(): Desk {
    const now = (): number => this.#now();
    return new Desk({
      store: new Store(this.#disk),
      now,
      publish: (topic, payload, qos) => this.#line.fromCloud(topic, payload, qos),
      presign: (url, expiresInSec, thing) => this.#presign(url, expiresInSec, thing),
    });
  }

  #now(): number {
    return START_MS + this.#options.clock.now();
  }

  #openLine(): FaultyLine {
    const { clock } = this.#options;
    const carry = (act: () => void): void => void this.#inFlight.push(act);
    return new FaultyLine(
      this.#faults,
      {
        toCloud: (thing, topic, payload) => carry(() => this.#desk.handle(thing, topic, payload)),
        toDevice: (topic, payload) => {
          this.#topics.add(topic);
          carry(() => this.#device.deliver(topic, payload));
        },
        refuse: (topic, payload) => carry(() => this.#desk.refuse(topic, payload)),
        disconnect: () => this.#disconnect(),
      },
      (delayMs, act) => clock.after(delayMs, act),
    );
  }

  #openConnection(): VirtualMqtt {
    const { thing } = this.#options;
    return new VirtualMqtt((topic, payload) => this.#line.fromDevice(thing, topic, payload));
  }

  /** A connection in place of the last one, whose messages are lost. */
  connect(): VirtualMqtt {
    const { weather = { rules: [] }, clock } = this.#options;
    const { rules, until = Infinity } = weather;
    const left = until - clock.now();
    const seed = (weather.seed ?? 1) + 1000 * this.#connections++;
    this.#inFlight.length = 0;
    this.#beginFaults(new Faults(left > 0 ? { rules, seed } : undefined));
    this.#device = this.#openConnection();
    if (left > 0 && left < Infinity) clock.after(left, () => this.#calm());
    return this.#device;
  }

  /** HTTP to the cloud, as long as the connection that was made last. */
  openHttp(): VirtualHttp {
    const { clock, thing } = this.#options;
    const connection = this.#connections;
    const carry = (act: () => void): void => {
      if (connection === this.#connections) this.#inFlight.push(act);
    };
    return new VirtualHttp({
      thing,
      faults: { pass: passage => this.#faults.pass(passage) },
      serve: (target, range) => this.#serve(target, range),
      carry: (delayMs, act) => {
        if (delayMs === 0) carry(act);
        else clock.after(delayMs, () => carry(act));
      },
    });
  }

  #serve(target: string, range: string | undefined): VirtualReply {
    const headers = { host: "desk", ...(range !== undefined && { range }) };
    const request = { method: "GET", target, headers, body: new Uint8Array() };
    try {
      verifySignature(request, credentials, this.#now());
      return toVirtual(serveFiles(this.#desk, request));
    } catch (error) {
      return toVirtual(formatFileError(error));
    }
  }

  #presign(url: string, expiresInSec: number, thing: string): string {
    const { bucket, key } = parseS3Url(url) ?? { bucket: BUCKET, key: url };
    const early = this.#faults.expires(thing) ? (expiresInSec + 1) * 1000 : 0;
    const own = `${ORIGIN}/${bucket}/${key}`;
    return presignGet(own, expiresInSec, REGION, credentials, this.#now() - early);
  }

  /** Loses the connection, which comes back by itself. */
  #disconnect(): void {
    const device = this.#device;
    this.#inFlight.length = 0;
    this.#inFlight.push(() => device.disconnect());
    this.#options.clock.after(RECONNECT_MS, () => device.reconnect());
  }

  /** The cloud's process ends and starts again with what is on its disk. */
  #restart(): void {
    this.#restarts++;
    this.#desk = this.#openDesk();
    this.#disconnect();
  }

  #beginFaults(faults: Faults): void {
    addFaults(this.#struck, this.#faults.struck);
    this.#line.close();
    this.#faults = faults;
    this.#line = this.#openLine();
  }

  /** From now on nothing goes wrong any more. What is still held back is lost, and the connection stays: nothing but a timer tells. */
  #calm(): void {
    this.#beginFaults(new Faults());
  }

  deploy(jobId: string, deployed: readonly DeployedFile[], travel: Travel = "MQTT"): void {
    const keys = deployed.map((_, index) => `${jobId}/${index}`);
    const files = deployed.map((file, index) =>
      describeFile(file, index, keys[index] ?? "", travel),
    );
    const streamname = `stream-${jobId}`;
    const afr_ota = { protocols: [travel], ...(travel === "MQTT" && { streamname }), files };
    this.#desk.run(({ files: buckets, streams, jobs }) => {
      for (const [index, key] of keys.entries()) {
        buckets.put(BUCKET, key, deployed[index]?.bytes ?? new Uint8Array());
      }
      const streamed = keys.map((key, fileId) => ({ fileId, s3Location: { bucket: BUCKET, key } }));
      streams.create({ streamId: streamname, files: streamed, roleArn: ROLE });
      jobs.create({
        jobId,
        targets: [thingArn(this.#options.thing)],
        document: JSON.stringify({ afr_ota }),
        presignedUrlConfig: { roleArn: ROLE, expiresInSec: EXPIRY },
      });
    });
  }

  /** Puts other bytes where the first file of a job is; harmless when they are there already. */
  replace(jobId: string, bytes: Uint8Array): void {
    this.#desk.run(({ files }) => {
      const key = `${jobId}/0`;
      const old = files.read(files.find(BUCKET, key));
      if (Buffer.compare(old, bytes) !== 0) files.put(BUCKET, key, bytes);
    });
  }

  /** Cancels a job by force; harmless when it is cancelled. */
  cancel(jobId: string): void {
    if (this.status(jobId).status === "CANCELED") return;
    this.#desk.run(({ jobs }) => jobs.cancel(jobId, { force: true }));
  }

  /** The status of a job, and what its last report said. */
  status(jobId: string): { status: string; detail: string } {
    const { status, statusDetails } = this.#desk.jobs.getExecution(this.#options.thing, jobId);
    return { status, detail: statusDetails["detail"] ?? statusDetails["reason"] ?? "" };
  }

  /** Messages that travelled, either way. */
  get carried(): number {
    return this.#carried;
  }

  /** How often each fault struck; "restart" is the cloud's. */
  get struck(): Readonly<FaultCounts> {
    const counts = { ...this.#struck };
    addFaults(counts, this.#faults.struck);
    if (this.#restarts > 0) addFaults(counts, { restart: this.#restarts });
    return counts;
  }

  /** Topics of the messages that went to the device. */
  get topics(): readonly string[] {
    return [...this.#topics];
  }

  /** Carries one message. @returns false when none is on its way. */
  carry(): boolean {
    const next = this.#inFlight.shift();
    if (next === undefined) return false;
    this.#carried++;
    if (this.#options.weather?.restarts?.includes(this.#carried) === true) this.#restart();
    else next();
    return true;
  }
}

function toVirtual({ status, headers, body }: ReturnType<typeof serveFiles>): VirtualReply {
  return { status, headers, body: typeof body === "string" ? Buffer.from(body) : body };
}

function describeFile(
  { bytes, signature, certificateName, fileType = 0 }: DeployedFile,
  fileid: number,
  key: string,
  travel: Travel,
): object {
  const url = `https://${BUCKET}.s3.${REGION}.amazonaws.com/${key}`;
  return {
    filepath: BUCKET,
    filesize: bytes.length,
    fileid,
    fileType,
    certfile: certificateName,
    "sig-sha256-ecdsa": Buffer.from(signature).toString("base64"),
    ...(travel === "HTTP" && {
      update_data_url: `\${aws:iot:s3-presigned-url:${url}}`,
      auth_scheme: "aws.s3.presigned",
    }),
  };
}
