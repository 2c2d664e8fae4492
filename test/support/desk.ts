// SPDX-License-Identifier: MIT
import { decode } from "cbor-x";
import { Desk } from "xs-ota/cloud/desk";
import { memoryDisk } from "xs-ota/cloud/store/memory";
import { type Disk, Store } from "xs-ota/cloud/store/store";

export type Message = Record<string, unknown>;

/** One message that the cloud sent. */
export interface Sent {
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** The start of the virtual clock, a whole second. */
export const START_MS = Date.UTC(2026, 0, 1);
export const ROLE = "arn:aws:iam::123456789012:role/ota";

export const thingArn = (name: string): string =>
  `arn:aws:iot:us-east-1:123456789012:thing/${name}`;

/** A cloud in virtual time, with what it sent. */
export class DeskBench {
  readonly desk: Desk;
  readonly sent: Sent[] = [];
  nowMs = START_MS;

  readonly #store: Store;

  constructor(disk: Disk = memoryDisk()) {
    this.#store = new Store(disk);
    this.desk = new Desk({
      store: this.#store,
      now: () => this.nowMs,
      publish: (topic, payload) => void this.sent.push({ topic, payload }),
    });
  }

  close(): void {
    this.#store.close();
  }

  /** Registers things and creates a job that is for all of them. */
  createJob(jobId: string, things: readonly string[], more: object = {}): void {
    this.desk.run(({ things: registry, jobs }) => {
      for (const thingName of things) registry.create({ thingName });
      jobs.create({ jobId, targets: things.map(thingArn), document: '{"do":1}', ...more });
    });
  }

  /** Publishes as `thing` on one of its own topics, and gives what came back since, decoded. */
  ask(thing: string, topic: string, payload: object | Uint8Array | string): [string, Message][] {
    this.sent.length = 0;
    const base = `$aws/things/${thing}/`;
    this.desk.handle(thing, base + topic, toBytes(payload));
    return this.take(base);
  }

  /** What was sent since the last look, with `base` taken off the topics. */
  take(base = "$aws/things/"): [string, Message][] {
    return this.sent
      .splice(0)
      .map(({ topic, payload }) => [topic.replace(base, ""), parse(topic, payload)]);
  }

  /** Lets time pass, waking the cloud whenever it asks for it. */
  pass(ms: number): void {
    const end = this.nowMs + ms;
    for (let at = this.desk.wakeAt(); at !== undefined && at <= end; at = this.desk.wakeAt()) {
      this.nowMs = Math.max(at, this.nowMs);
      this.desk.wake();
    }
    this.nowMs = end;
  }
}

function toBytes(payload: object | Uint8Array | string): Uint8Array {
  if (payload instanceof Uint8Array) return payload;
  return Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload));
}

function parse(topic: string, payload: Uint8Array): Message {
  if (topic.endsWith("/cbor")) return decode(payload) as Message;
  return JSON.parse(Buffer.from(payload).toString()) as Message;
}
