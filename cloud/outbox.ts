// SPDX-License-Identifier: MIT
import type { Store } from "./store/store.js";

/** Sends one MQTT message. The services own no connection: whoever runs them says where it goes. */
export type Publish = (topic: string, payload: Uint8Array, qos: 0 | 1) => void;

interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
}

/**
 * Messages that wait for the commit of what they tell.
 * A receiver may call a service again from inside its `publish`; the order of messages holds.
 */
export class Outbox {
  readonly #store: Store;
  readonly #publish: Publish;
  readonly #messages: Message[] = [];
  #state: "open" | "sending" = "open";

  constructor(store: Store, publish: Publish) {
    this.#store = store;
    this.#publish = publish;
  }

  post(topic: string, payload: Uint8Array, qos: 0 | 1): void {
    this.#messages.push({ topic, payload, qos });
  }

  postJson(topic: string, payload: object): void {
    this.post(topic, Buffer.from(JSON.stringify(payload)), 1);
  }

  /**
   * Runs `act`, makes what it changed last, then sends what it posted.
   * @throws whatever `act` throws; what it had changed and posted by then still goes out.
   */
  run<R>(act: () => R): R {
    try {
      return act();
    } finally {
      this.#store.commit();
      this.#send();
    }
  }

  #send(): void {
    if (this.#state === "sending") return;
    this.#state = "sending";
    try {
      for (let next = this.#messages.shift(); next; next = this.#messages.shift()) {
        this.#publish(next.topic, next.payload, next.qos);
      }
    } finally {
      this.#state = "open";
    }
  }
}
