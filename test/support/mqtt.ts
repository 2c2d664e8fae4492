// SPDX-License-Identifier: MIT
import { EventEmitter, once } from "node:events";
import { connect as connectTcp } from "node:net";
import type { Duplex } from "node:stream";
import { type Packet, generate, parser } from "mqtt-packet";

export interface Received {
  readonly topic: string;
  readonly payload: Buffer;
}

/** A bare MQTT 3.1.1 client for tests: what is sent and what arrives is in plain sight. */
export class MqttClient {
  readonly received: Received[] = [];
  readonly #stream: Duplex;
  readonly #events = new EventEmitter();
  #taken = 0;
  #messageId = 0;

  /** @throws Error when the broker does not accept the client. */
  static async connect(
    at: Duplex | { host: string; port: number } | undefined,
    id: string,
  ): Promise<MqttClient> {
    if (at === undefined) throw new TypeError("the cloud does not listen there");
    const stream = "port" in at ? connectTcp(at) : at;
    const client = new MqttClient(stream);
    const connack = client.#next("connack");
    client.#send({ cmd: "connect", clientId: id, clean: true, protocolVersion: 4, keepalive: 0 });
    const { returnCode } = (await connack) as { returnCode: number };
    if (returnCode !== 0) throw new Error(`${id} was refused with ${returnCode}`);
    return client;
  }

  private constructor(stream: Duplex) {
    this.#stream = stream;
    const packets = parser();
    packets.on("packet", (packet: Packet) => {
      if (packet.cmd === "publish") this.#receive(packet);
      else this.#events.emit(packet.cmd, packet);
    });
    stream.on("data", (bytes: Buffer) => packets.parse(bytes));
    stream.on("error", () => undefined);
    stream.on("close", () => this.#events.emit("close"));
  }

  async subscribe(topic: string, qos: 0 | 1 = 1): Promise<void> {
    const suback = this.#next("suback");
    const subscriptions = [{ topic, qos }];
    this.#send({ cmd: "subscribe", messageId: this.#id(), subscriptions });
    const { granted } = (await suback) as { granted: number[] };
    if (granted[0] === 0x80) throw new Error(`${topic} was not granted`);
  }

  /** Sends at QoS 0. */
  publish(topic: string, payload: string | Uint8Array): void {
    const bytes = Buffer.from(payload);
    const flags = { qos: 0, dup: false, retain: false } as const;
    this.#send({ cmd: "publish", topic, payload: bytes, ...flags });
  }

  /** The oldest message that nobody has asked for yet. */
  async message(): Promise<Received> {
    while (this.received.length <= this.#taken) await this.#next("message");
    return this.received[this.#taken++] as Received;
  }

  /** Resolves when the broker has answered all that was sent before. */
  async ping(): Promise<void> {
    const answer = this.#next("pingresp");
    this.#send({ cmd: "pingreq" });
    await answer;
  }

  /** Resolves when the connection is gone. */
  async closed(): Promise<void> {
    if (!this.#stream.closed) await once(this.#events, "close");
  }

  close(): void {
    this.#stream.destroy();
  }

  #receive(packet: Extract<Packet, { cmd: "publish" }>): void {
    this.received.push({ topic: packet.topic, payload: Buffer.from(packet.payload) });
    const { messageId } = packet;
    if (messageId !== undefined) this.#send({ cmd: "puback", messageId });
    this.#events.emit("message");
  }

  async #next(event: string): Promise<unknown> {
    const stop = new AbortController();
    const closed = once(this.#events, "close", { signal: stop.signal }).then(() => {
      throw new Error(`connection closed before ${event}`);
    });
    const came = once(this.#events, event, { signal: stop.signal });
    try {
      const [packet] = (await Promise.race([came, closed])) as [unknown];
      return packet;
    } finally {
      came.catch(() => undefined);
      closed.catch(() => undefined);
      stop.abort();
    }
  }

  #send(packet: Packet): void {
    this.#stream.write(generate(packet));
  }

  #id(): number {
    this.#messageId = (this.#messageId % 65535) + 1;
    return this.#messageId;
  }
}
