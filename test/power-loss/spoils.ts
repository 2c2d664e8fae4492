// SPDX-License-Identifier: MIT
import type { FlashPartition } from "xs-ota/pal/flash";
import { FlashPal } from "xs-ota/pal/flash/flash-pal";
import type { Journal } from "xs-ota/pal/journal";
import type { MqttClient, MqttListener } from "xs-ota/pal/mqtt";
import type { OtaImageState } from "xs-ota/pal/pal";
import type { VirtualMqtt } from "../support/virtual-mqtt.js";
import type { Spoil } from "../support/whole-device.js";

/** One record at the start of the partition, erased before it is written. */
class JournalInPlace implements Journal {
  readonly capacity = 400;
  readonly #flash: FlashPartition;

  constructor(flash: FlashPartition) {
    this.#flash = flash;
  }

  load(): Uint8Array | undefined {
    const bytes = new Uint8Array(this.capacity + 32);
    this.#flash.read(bytes, 0);
    const length = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
    return length > 0 && length <= this.capacity ? bytes.slice(2, 2 + length) : undefined;
  }

  save(record: Uint8Array): void {
    const bytes = new Uint8Array(this.capacity + 32 - ((this.capacity + 32) % 32));
    bytes.set([record.length & 0xff, record.length >> 8]);
    bytes.set(record, 2);
    this.#flash.erase(0, 1);
    this.#flash.write(bytes, 0);
  }
}

/** Asks for the switch before it has verified. */
class HastyPal extends FlashPal {
  override closeFile(): void {
    this.activate();
    super.closeFile();
  }
}

/** Leaves the commit to the next start, after the cloud has heard of it. */
class LazyPal extends FlashPal {
  override setPlatformImageState(state: OtaImageState): void {
    if (state !== "Accepted") super.setPlatformImageState(state);
  }
}

/** Libraries with one mistake in the order of their writes, by what they are. */
export const spoils: Readonly<Record<string, Spoil>> = {
  "a journal that rewrites its record in place": {
    journal: flash => new JournalInPlace(flash),
  },
  "a library that asks for the switch before it verifies": {
    pal: options => new HastyPal(options),
  },
  "a library that reports before it commits": {
    pal: options => new LazyPal(options),
  },
};

/** Sends some messages only once while it is connected, as if a network lost nothing. */
class TrustfulMqtt implements MqttClient {
  readonly #client: VirtualMqtt;
  readonly #keyOf: KeyOf;
  readonly #sent = new Set<string>();

  constructor(client: VirtualMqtt, keyOf: KeyOf) {
    this.#client = client;
    this.#keyOf = keyOf;
  }

  get connected(): boolean {
    return this.#client.connected;
  }

  get listener(): MqttListener | undefined {
    return this.#client.listener;
  }

  set listener(listener: MqttListener | undefined) {
    this.#client.listener = listener && {
      onConnected: isResumed => listener.onConnected(isResumed),
      onMessage: (topic, payload) => listener.onMessage(topic, payload),
      onDisconnected: () => {
        this.#sent.clear();
        listener.onDisconnected();
      },
    };
  }

  subscribe(topicFilter: string): void {
    this.#client.subscribe(topicFilter);
  }

  unsubscribe(topicFilter: string): void {
    this.#client.unsubscribe(topicFilter);
  }

  publish(topic: string, payload: Uint8Array): void {
    const key = this.#keyOf(topic, payload);
    if (key !== undefined && this.#sent.has(key)) return;
    if (key !== undefined) this.#sent.add(key);
    this.#client.publish(topic, payload);
  }
}

/** What a message is known by when it comes again; `undefined` for one that may. */
type KeyOf = (topic: string, payload: Uint8Array) => string | undefined;

const reports: KeyOf = (topic, payload) =>
  topic.endsWith("/update") ? `${topic} ${Buffer.from(payload).toString()}` : undefined;
const questions: KeyOf = topic => (topic.endsWith("/get") ? topic : undefined);

/** Libraries that fail where the network does. */
export const networkSpoils: Readonly<Record<string, Spoil>> = {
  "a library that sends each report once": { mqtt: client => new TrustfulMqtt(client, reports) },
  "a library that asks once for its job": { mqtt: client => new TrustfulMqtt(client, questions) },
};
