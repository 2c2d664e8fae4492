// SPDX-License-Identifier: MIT
import { connect, type MqttClient as MqttJs } from "mqtt";
import { backoffMs } from "xs-ota/pal/backoff";
import { OtaError } from "xs-ota/pal/error";
import type { MqttClient, MqttListener, MqttQos } from "xs-ota/pal/mqtt";

/** Milliseconds before a new attempt, doubled at each failure. */
const FIRST_DELAY_MS = 1_000;
const LAST_DELAY_MS = 120_000;

export interface NodeMqttOptions {
  readonly host: string;
  readonly port: number;
  /** AWS IoT policies usually want the thing name. */
  readonly clientId: string;
  /** Seconds; 60 when absent. */
  readonly keepAliveSeconds?: number;
  /** With it the connection is TLS: PEM of the authority, and of the device's certificate and key. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** Bytes of messages that may wait to be sent or acknowledged; 256 KiB when absent. */
  readonly queueCapacity?: number;
  /** A number in [0, 1), for jitter. */
  random(): number;
  /** Whatever went wrong, for logs: the client goes on by itself. */
  onError?(error: Error): void;
}

/** The agent's MQTT on Node: MQTT.js, with back-off, jitter, and a bound on what waits. */
export class NodeMqttClient implements MqttClient {
  listener: MqttListener | undefined;
  readonly #options: NodeMqttOptions;
  readonly #client: MqttJs;
  readonly #capacity: number;
  /** Bytes of each message that waits. */
  readonly #waiting = new Map<object, { readonly size: number; readonly qos: MqttQos }>();
  #used = 0;
  #failures = 0;

  /** Connects, and reconnects until `close`. */
  constructor(options: NodeMqttOptions) {
    const { host, port, clientId, tls, keepAliveSeconds = 60 } = options;
    this.#options = options;
    this.#capacity = options.queueCapacity ?? 262_144;
    this.#client = connect({
      ...tls,
      host,
      port,
      clientId,
      protocol: tls === undefined ? "mqtt" : "mqtts",
      protocolVersion: 4,
      clean: true,
      keepalive: keepAliveSeconds,
      reconnectPeriod: this.#nextDelay(),
      resubscribe: false,
      queueQoSZero: false,
    });
    this.#listen();
  }

  get connected(): boolean {
    return this.#client.connected;
  }

  /** Says DISCONNECT and stays away. */
  async close(): Promise<void> {
    await this.#client.endAsync();
  }

  subscribe(topicFilter: string, qos: MqttQos): void {
    this.#needConnection();
    this.#client.subscribe(topicFilter, { qos }, this.#report);
  }

  unsubscribe(topicFilter: string): void {
    this.#needConnection();
    this.#client.unsubscribe(topicFilter, this.#report);
  }

  publish(topic: string, payload: Uint8Array, qos: MqttQos): void {
    this.#needConnection();
    const size = topic.length + payload.length;
    if (this.#used + size > this.#capacity) {
      throw new OtaError("mqtt-failed", `mqtt: the queue is full, ${this.#used} bytes wait`);
    }
    const message = {};
    this.#waiting.set(message, { size, qos });
    this.#used += size;
    this.#client.publish(topic, Buffer.from(payload), { qos }, error => {
      this.#settle(message);
      this.#report(error);
    });
  }

  readonly #report = (error: Error | null | undefined): void => {
    if (error) this.#options.onError?.(error);
  };

  #listen(): void {
    this.#client.on("connect", ({ sessionPresent }) => {
      this.#failures = 0;
      this.listener?.onConnected(sessionPresent);
    });
    let wasConnected = false;
    this.#client.on("connect", () => (wasConnected = true));
    this.#client.on("close", () => {
      this.#client.options.reconnectPeriod = this.#nextDelay();
      if (!wasConnected) return;
      wasConnected = false;
      this.#forgetUnacknowledged();
      this.listener?.onDisconnected();
    });
    this.#client.on("message", (topic, { buffer, byteOffset, length }) => {
      this.listener?.onMessage(topic, new Uint8Array(buffer, byteOffset, length));
    });
    this.#client.on("error", this.#report);
  }

  /** A message of QoS 0 that was on its way is lost with the connection; MQTT.js may never tell. */
  #forgetUnacknowledged(): void {
    for (const [message, { qos }] of this.#waiting) if (qos === 0) this.#settle(message);
  }

  #settle(message: object): void {
    this.#used -= this.#waiting.get(message)?.size ?? 0;
    this.#waiting.delete(message);
  }

  #needConnection(): void {
    if (!this.#client.connected) throw new OtaError("mqtt-failed", "mqtt: not connected");
  }

  #nextDelay(): number {
    return backoffMs(this.#failures++, FIRST_DELAY_MS, this.#options.random(), LAST_DELAY_MS);
  }
}
