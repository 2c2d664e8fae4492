// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import type { MqttClient, MqttListener } from "xs-ota/pal/mqtt";

/** The limit of AWS IoT on one message, in bytes. */
const MAX_PAYLOAD = 131_072;

/** The device's end of a virtual connection. */
export class VirtualMqtt implements MqttClient {
  listener: MqttListener | undefined;
  #connected = true;
  readonly #filters = new Set<string>();
  readonly #publish: (topic: string, payload: Uint8Array) => void;

  constructor(publish: (topic: string, payload: Uint8Array) => void) {
    this.#publish = publish;
  }

  get connected(): boolean {
    return this.#connected;
  }

  subscribe(topicFilter: string): void {
    this.#need();
    this.#filters.add(topicFilter);
  }

  unsubscribe(topicFilter: string): void {
    this.#need();
    this.#filters.delete(topicFilter);
  }

  publish(topic: string, payload: Uint8Array): void {
    this.#need();
    if (payload.length > MAX_PAYLOAD) throw new OtaError("mqtt-failed", "too long");
    this.#publish(topic, payload.slice());
  }

  /** Replies reach their publisher without a subscription; the rest needs one. */
  deliver(topic: string, payload: Uint8Array): void {
    const isReply = /\/(accepted|rejected)(\/|$)/.test(topic);
    if (this.#connected && (isReply || this.#filters.has(topic))) {
      this.listener?.onMessage(topic, payload);
    }
  }

  /** The connection is lost, and with it the subscriptions. */
  disconnect(): void {
    if (!this.#connected) return;
    this.#connected = false;
    this.#filters.clear();
    this.listener?.onDisconnected();
  }

  reconnect(): void {
    if (this.#connected) return;
    this.#connected = true;
    this.listener?.onConnected(false);
  }

  #need(): void {
    if (!this.#connected) throw new OtaError("mqtt-failed", "not connected");
  }
}
