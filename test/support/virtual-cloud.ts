// SPDX-License-Identifier: MIT
import { Desk } from "xs-ota/cloud/desk";
import { memoryDisk } from "xs-ota/cloud/store/memory";
import { Store } from "xs-ota/cloud/store/store";
import { OtaError } from "xs-ota/pal/error";
import type { MqttClient, MqttListener } from "xs-ota/pal/mqtt";
import { ROLE, START_MS, thingArn } from "./desk.js";
import type { ManualClock } from "./manual-clock.js";

/** A file that a job brings. */
export interface DeployedFile {
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
  readonly certificateName: string;
}

/** One end of a virtual connection; what is published waits until the cloud delivers it. */
class VirtualMqtt implements MqttClient {
  listener: MqttListener | undefined;
  readonly connected = true;
  readonly #filters = new Set<string>();
  readonly #publish: (topic: string, payload: Uint8Array) => void;

  constructor(publish: (topic: string, payload: Uint8Array) => void) {
    this.#publish = publish;
  }

  subscribe(topicFilter: string): void {
    this.#filters.add(topicFilter);
  }

  unsubscribe(topicFilter: string): void {
    this.#filters.delete(topicFilter);
  }

  publish(topic: string, payload: Uint8Array): void {
    if (payload.length > 131_072) throw new OtaError("mqtt-failed", "too long");
    this.#publish(topic, payload.slice());
  }

  /** Replies reach their publisher without a subscription; the rest needs one. */
  deliver(topic: string, payload: Uint8Array): void {
    const isReply = /\/(accepted|rejected)(\/|$)/.test(topic);
    if (isReply || this.#filters.has(topic)) this.listener?.onMessage(topic, payload);
  }
}

/** The desk cloud's own services without a wire, in virtual time, with one thing. */
export class VirtualCloud {
  readonly #desk: Desk;
  readonly #thing: string;
  readonly #toCloud: { topic: string; payload: Uint8Array }[] = [];
  readonly #toDevice: { topic: string; payload: Uint8Array }[] = [];
  readonly #topics = new Set<string>();
  #device: VirtualMqtt | undefined;

  constructor(clock: ManualClock, thing: string) {
    this.#thing = thing;
    this.#desk = new Desk({
      store: new Store(memoryDisk()),
      now: () => START_MS + clock.now(),
      publish: (topic, payload) => void this.#toDevice.push({ topic, payload }),
    });
    this.#desk.run(({ things, files }) => {
      things.create({ thingName: thing });
      files.create("firmware");
    });
  }

  /** A connection in place of the last one, whose messages are lost. */
  connect(): MqttClient {
    this.#toCloud.length = 0;
    this.#toDevice.length = 0;
    this.#device = new VirtualMqtt((topic, payload) => this.#toCloud.push({ topic, payload }));
    return this.#device;
  }

  deploy(jobId: string, { bytes, signature, certificateName }: DeployedFile): void {
    const file = {
      filepath: "firmware",
      filesize: bytes.length,
      fileid: 0,
      certfile: certificateName,
      "sig-sha256-ecdsa": Buffer.from(signature).toString("base64"),
    };
    const afr_ota = { protocols: ["MQTT"], streamname: `stream-${jobId}`, files: [file] };
    this.#desk.run(({ files, streams, jobs }) => {
      files.put("firmware", jobId, bytes);
      const s3Location = { bucket: "firmware", key: jobId };
      streams.create({
        streamId: `stream-${jobId}`,
        files: [{ fileId: 0, s3Location }],
        roleArn: ROLE,
      });
      jobs.create({
        jobId,
        targets: [thingArn(this.#thing)],
        document: JSON.stringify({ afr_ota }),
      });
    });
  }

  cancel(jobId: string): void {
    this.#desk.run(({ jobs }) => jobs.cancel(jobId, { force: true }));
  }

  /** The status of a job, and what its last report said. */
  status(jobId: string): { status: string; detail: string } {
    const { status, statusDetails } = this.#desk.jobs.getExecution(this.#thing, jobId);
    return { status, detail: statusDetails["detail"] ?? statusDetails["reason"] ?? "" };
  }

  /** Topics of the messages that went to the device. */
  get topics(): readonly string[] {
    return [...this.#topics];
  }

  /** Carries one message. @returns false when none is on its way. */
  carry(): boolean {
    const up = this.#toCloud.shift();
    if (up !== undefined) {
      this.#desk.handle(this.#thing, up.topic, up.payload);
      return true;
    }
    const down = this.#toDevice.shift();
    if (down !== undefined) {
      this.#topics.add(down.topic);
      this.#device?.deliver(down.topic, down.payload);
    }
    return down !== undefined;
  }
}
