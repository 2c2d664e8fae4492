// SPDX-License-Identifier: MIT
import { Broker } from "./broker.js";
import { Desk } from "./desk.js";
import { memoryDisk } from "./store/memory.js";
import { Store } from "./store/store.js";

/** How a desk cloud starts. */
export interface CloudOptions {
  /** Where it listens; "127.0.0.1" unless told. */
  readonly host?: string;
  /** The MQTT port, 0 for any that is free. */
  readonly port: number;
}

/** A desk cloud that runs. */
export interface Cloud {
  readonly mqtt: { readonly host: string; readonly port: number };
  /** The services, for a program that shares the process. */
  readonly desk: Desk;
  /** Disconnects every device and frees the ports. */
  close(): Promise<void>;
}

/** Longest delay that a Node timer holds. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/**
 * Starts a cloud: an MQTT broker with AWS IoT's Jobs and Streams behind it.
 *
 *     const cloud = await startCloud({ port: 0 });
 *     // devices connect to cloud.mqtt.host, cloud.mqtt.port
 *     await cloud.close();
 */
export async function startCloud({ host = "127.0.0.1", port }: CloudOptions): Promise<Cloud> {
  const store = new Store(memoryDisk());
  const broker = await Broker.open({
    handle: (clientId, topic, payload) => desk.handle(clientId, topic, payload),
  });
  const publish = broker.publish.bind(broker);
  const desk: Desk = new Desk({ store, now: Date.now, publish, planned: () => alarm.set() });
  const alarm = new Alarm(desk);
  const mqtt = { host, port: await broker.listen(host, port) };
  return {
    mqtt,
    desk,
    async close() {
      alarm.clear();
      await broker.close();
      store.close();
    },
  };
}

/** Wakes the services when they have something to do. */
class Alarm {
  readonly #desk: Desk;
  #timer: NodeJS.Timeout | undefined;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Call after anything that may have planned something. */
  set(): void {
    this.clear();
    const at = this.#desk.wakeAt();
    if (at === undefined) return;
    const delay = Math.min(Math.max(at - Date.now(), 0), MAX_DELAY_MS);
    this.#timer = setTimeout(() => this.#desk.wake(), delay).unref();
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
