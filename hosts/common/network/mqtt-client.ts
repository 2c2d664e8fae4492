// SPDX-License-Identifier: MIT
import type { Clock, ClockTimer } from "xs-ota/pal/clock";
import { clock as hostClock } from "xs-ota/host/clock";
import { operations } from "./mqtt-operations.js";
import {
  formatConnect,
  formatPublishHeader,
  formatRequest,
  type MqttWill,
  type TopicItem,
} from "./mqtt-packet.js";
import type { MqttControl } from "./mqtt-parser.js";
import { MqttReceiver, type ReadableOptions } from "./mqtt-receiver.js";
import { MqttSender } from "./mqtt-sender.js";
import { bytesOf, connect, type DnsSource, type Socket, type SocketSource } from "./socket.js";

/** Milliseconds from opening the socket to the broker's CONNACK. */
const CONNECT_TIMEOUT_MS = 30_000;
const DEFAULT_PORT = 1883;

export interface MqttClientOptions {
  readonly host: string;
  /** 1883 when absent. */
  readonly port?: number;
  readonly id?: string;
  /** Milliseconds, rounded up to seconds; 0 or absent is none. */
  readonly keepAlive?: number;
  /** true when absent. */
  readonly clean?: boolean;
  readonly user?: string;
  readonly password?: string | Uint8Array;
  readonly will?: MqttWill;
  readonly socket: SocketSource;
  readonly dns?: DnsSource;
  /** The host's when absent; for tests. */
  readonly clock?: Clock;
  onControl?(this: MQTTClient, packet: MqttControl): void;
  onReadable?(this: MQTTClient, count: number, options: ReadableOptions): void;
  onWritable?(this: MQTTClient, count: number): void;
  /** The connection is gone, and the client closed. */
  onError?(this: MQTTClient, error: unknown): void;
}

export interface WriteOptions {
  /** PUBLISH when absent; SUBSCRIBE, UNSUBSCRIBE, PUBACK, PINGREQ, DISCONNECT. */
  readonly operation?: number;
  /** 1..65535; the client counts when absent. */
  readonly id?: number;
  readonly topic?: string;
  readonly QoS?: 0 | 1;
  readonly retain?: boolean;
  readonly duplicate?: boolean;
  /** Bytes of the whole payload, when later writes bring more of it. */
  readonly byteLength?: number;
  readonly items?: readonly TopicItem[];
}

type State = "connecting" | "login" | "connected" | "closed";
type Bytes = ArrayBuffer | ArrayBufferView;

/**
 * The module `embedded:network/mqtt/client` of our own hosts: MQTT 3.1.1 with QoS 0 and 1.
 * It reconnects no more than the SDK's does; `xs-ota/common/mqtt` does that for both.
 * Messages with QoS 1 are acknowledged once read. What no broker may send ends the connection with `onError`.
 *
 * Source: ECMA-419 "MQTT client"; Moddable SDK examples/io/tcp/mqttclient; MQTT 3.1.1.
 */
export default class MQTTClient {
  static readonly CONNECT = operations.CONNECT;
  static readonly CONNACK = operations.CONNACK;
  static readonly PUBLISH = operations.PUBLISH;
  static readonly PUBACK = operations.PUBACK;
  static readonly PUBREC = operations.PUBREC;
  static readonly PUBREL = operations.PUBREL;
  static readonly PUBCOMP = operations.PUBCOMP;
  static readonly SUBSCRIBE = operations.SUBSCRIBE;
  static readonly SUBACK = operations.SUBACK;
  static readonly UNSUBSCRIBE = operations.UNSUBSCRIBE;
  static readonly UNSUBACK = operations.UNSUBACK;
  static readonly PINGREQ = operations.PINGREQ;
  static readonly PINGRESP = operations.PINGRESP;
  static readonly DISCONNECT = operations.DISCONNECT;

  readonly #options: MqttClientOptions;
  readonly #clock: Clock;
  #state: State = "connecting";
  #socket: Socket | undefined;
  #sender: MqttSender | undefined;
  #receiver: MqttReceiver | undefined;
  #id = 0;
  /** Until CONNACK its deadline, then the keep-alive. */
  #timer: ClockTimer | undefined;
  #lastHeard = 0;

  /** @throws Error without a host, or when the socket cannot be made. */
  constructor(options: MqttClientOptions) {
    if (options.host === "") throw new Error("host required");
    this.#options = options;
    this.#clock = options.clock ?? hostClock;
    this.#timer = this.#clock.after(CONNECT_TIMEOUT_MS, () => {
      this.#fail(new Error("mqtt: no connection within 30 s"));
    });
    connect(
      {
        host: options.host,
        port: options.port ?? DEFAULT_PORT,
        socket: options.socket,
        dns: options.dns,
        onReadable: count => this.#onReadable(count),
        onWritable: count => this.#onWritable(count),
        onError: error => this.#fail(error ?? new Error("mqtt: the connection is lost")),
      },
      socket => this.#attach(socket),
    );
  }

  /**
   * Sends a packet, a message, or more of the payload that an earlier write's `byteLength` announced.
   * @returns bytes that can be written now.
   * @throws Error when not connected, or when it does not fit as a whole; RangeError for what cannot be sent.
   */
  write(data: Bytes | undefined | null, options?: WriteOptions): number {
    const sender = this.#sender;
    if (sender === undefined || this.#state !== "connected") throw new Error("mqtt: not connected");
    const bytes = data ? bytesOf(data) : new Uint8Array(0);
    if (sender.isInMessage !== (options === undefined)) throw new Error("mqtt: not in a message");
    if (options === undefined) sender.writeMore(bytes);
    else this.#write(sender, bytes, options);
    return sender.room;
  }

  /** Reads bytes that `onReadable` told of. @returns a new buffer, or with a buffer the bytes read into it; `undefined` for nothing. */
  read(count?: number): ArrayBuffer | undefined;
  read(into: Bytes): number | undefined;
  read(into?: number | Bytes): number | ArrayBuffer | undefined {
    const receiver = this.#receiver;
    const result = receiver?.read(into);
    // Not from inside this call: the application is not done with what it has just read.
    if (receiver?.isPaused === true) this.#clock.after(0, () => receiver.resume());
    return result;
  }

  /** Drops the connection, without a DISCONNECT; no callback follows. Harmless in a callback, and twice. */
  close(): void {
    this.#state = "closed";
    this.#timer?.cancel();
    this.#receiver?.close();
    this.#socket?.close();
    this.#socket = this.#sender = undefined;
  }

  #attach(socket: Socket): void {
    if (this.#state === "closed") {
      socket.close();
      return;
    }
    const sender = new MqttSender(socket);
    this.#socket = socket;
    this.#sender = sender;
    this.#receiver = new MqttReceiver(socket, {
      onControl: packet => this.#onControl(packet),
      onReadable: (count, options) => this.#onMessage(count, options),
      onMessageRead: ({ QoS, id }) =>
        QoS === 1 && sender.queue(formatRequest(operations.PUBACK, id)),
      isReady: () => !sender.isCrowded,
      onError: error => this.#fail(error),
    });
  }

  #onReadable(count: number): void {
    this.#lastHeard = this.#clock.now();
    this.#receiver?.readable(count);
  }

  #onWritable(count: number): void {
    if (this.#state === "connecting") {
      this.#state = "login";
      this.#sender?.queue(this.#connectPacket());
    }
    this.#sender?.writable(count);
    this.#offerRoom();
    this.#receiver?.resume();
  }

  #offerRoom(): void {
    const room = this.#sender?.room ?? 0;
    if (this.#state === "connected" && room > 0) this.#options.onWritable?.call(this, room);
  }

  #connectPacket(): Uint8Array {
    const { id = "", clean = true, keepAlive = 0, user, password, will } = this.#options;
    const keepAliveSeconds = Math.min(0xffff, Math.ceil(keepAlive / 1000));
    return formatConnect({ id, clean, keepAliveSeconds, user, password, will });
  }

  #failOutOfTurn(operation: number): void {
    this.#fail(new Error(`mqtt: the broker sent packet type ${operation} out of turn`));
  }

  #onMessage(count: number, options: ReadableOptions): void {
    if (this.#state === "connected") this.#options.onReadable?.call(this, count, options);
    else this.#failOutOfTurn(operations.PUBLISH);
  }

  #onControl(packet: MqttControl): void {
    const isConnack = packet.operation === operations.CONNACK;
    if (isConnack !== (this.#state === "login")) {
      this.#failOutOfTurn(packet.operation);
      return;
    }
    if (isConnack && packet.returnCode !== 0) {
      this.#fail(new Error(`mqtt: the broker refused the connection, code ${packet.returnCode}`));
      return;
    }
    if (isConnack) this.#enter();
    this.#options.onControl?.call(this, packet);
    if (isConnack) this.#offerRoom();
  }

  #enter(): void {
    this.#state = "connected";
    this.#timer?.cancel();
    const keepAliveMs = Math.ceil((this.#options.keepAlive ?? 0) / 1000) * 1000;
    if (keepAliveMs > 0) this.#keepAlive(keepAliveMs);
  }

  /** Pings twice in each interval; one and a half of silence end the connection. */
  #keepAlive(intervalMs: number): void {
    this.#timer = this.#clock.after(intervalMs / 2, () => {
      if (this.#clock.now() - this.#lastHeard >= intervalMs * 1.5) {
        this.#fail(new Error("mqtt: the broker is silent"));
        return;
      }
      if (this.#sender?.isCrowded === false) {
        this.#sender.queue(formatRequest(operations.PINGREQ));
      }
      this.#keepAlive(intervalMs);
    });
  }

  #fail(error: unknown): void {
    if (this.#state === "closed") return;
    this.close();
    this.#options.onError?.call(this, error);
  }

  #write(sender: MqttSender, data: Uint8Array, options: WriteOptions): void {
    const { operation = operations.PUBLISH, items = [] } = options;
    const id = options.id ?? this.#nextId();
    if (!Number.isInteger(id) || id < 1 || id > 0xffff) throw new RangeError("mqtt: packet id");
    if (operation === operations.PUBLISH) this.#publish(sender, data, { ...options, id });
    else sender.write([formatRequest(operation, id, items)]);
  }

  #publish(sender: MqttSender, data: Uint8Array, options: WriteOptions & { id: number }): void {
    const { topic = "", QoS = 0, retain = false, duplicate = false, id } = options;
    const byteLength = options.byteLength ?? data.length;
    if (data.length > byteLength) throw new RangeError("mqtt: more than the message's byteLength");
    const header = { topic, QoS, retain, duplicate, id, byteLength };
    sender.write([formatPublishHeader(header), data], byteLength - data.length);
  }

  #nextId(): number {
    this.#id = (this.#id % 0xffff) + 1;
    return this.#id;
  }
}
Object.freeze(MQTTClient.prototype);
