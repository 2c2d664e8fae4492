// SPDX-License-Identifier: MIT
import {
  isPublish,
  MqttParser,
  type MqttControl,
  type MqttPacket,
  type MqttPublish,
} from "./mqtt-parser.js";
import { readFrom, type ReadTarget, type Socket } from "./socket.js";

/** What the application is told about a piece of a message. Source: ECMA-419 "MQTT client". */
export interface ReadableOptions {
  /** Whether pieces of this message follow. */
  readonly more: boolean;
  /** With the first piece only, as are the next two. */
  readonly topic?: string;
  readonly QoS?: 0 | 1;
  /** Bytes of the whole message. */
  readonly byteLength?: number;
}

export interface ReceiverEvents {
  onControl(packet: MqttControl): void;
  /** `count` bytes of a message can be read; nothing else is received until they are. */
  onReadable(count: number, options: ReadableOptions): void;
  /** A message has been read to its end. */
  onMessageRead(message: MqttPublish): void;
  /** @returns false to leave what arrives in the socket for now. */
  isReady(): boolean;
  onError(error: unknown): void;
}

/**
 * The receiving half of a session. Takes packets from the socket byte by byte as far as the next payload,
 * which stays in the socket until the application reads it: no message is ever held in memory here.
 */
export class MqttReceiver {
  readonly #socket: Socket;
  readonly #events: ReceiverEvents;
  readonly #parser = new MqttParser();
  #state: "idle" | "receiving" | "closed" = "idle";
  /** Bytes in the socket. */
  #readable = 0;
  /** Bytes of the message that the application may read now. */
  #offered = 0;
  /** Bytes of the message that it has not been offered yet. */
  #remaining = 0;
  #message: MqttPublish | undefined;

  constructor(socket: Socket, events: ReceiverEvents) {
    this.#socket = socket;
    this.#events = events;
  }

  /** Whether it waits for {@link MqttReceiver.resume}: the application has read all that it was offered. */
  get isPaused(): boolean {
    return this.#state === "idle" && this.#offered === 0;
  }

  /** The socket holds `count` bytes. */
  readable(count: number): void {
    this.#readable = count;
    this.resume();
  }

  /** Goes on where it stopped: after a read, or when it is ready again. Harmless at any time. */
  resume(): void {
    if (this.#state !== "idle") return;
    this.#state = "receiving";
    try {
      while (this.#isReceiving() && this.#receive());
    } finally {
      if (this.#isReceiving()) this.#state = "idle";
    }
  }

  /** Reads what was offered. @returns the bytes read into a buffer, or a new buffer; `undefined` for nothing. */
  read(into?: ReadTarget): number | ArrayBuffer | undefined {
    const { count, value } = readFrom(this.#socket, this.#offered, into);
    this.#readable -= count;
    this.#offered -= count;
    return value;
  }

  /** Nothing is read or reported any more. */
  close(): void {
    this.#state = "closed";
    this.#offered = 0;
  }

  // A function, so that the compiler does not take the state for known across a callback.
  #isReceiving(): boolean {
    return this.#state === "receiving";
  }

  /** @returns false when there is nothing to do before the next event. */
  #receive(): boolean {
    if (this.#offered > 0) return false;
    if (this.#remaining > 0) return this.#readable > 0 && this.#offer({});
    if (this.#message !== undefined) {
      const message = this.#message;
      this.#message = undefined;
      this.#events.onMessageRead(message);
      return true;
    }
    return this.#readable > 0 && this.#events.isReady() && this.#parse();
  }

  #offer(first: Partial<ReadableOptions>): true {
    const count = Math.min(this.#remaining, this.#readable);
    this.#offered = count;
    this.#remaining -= count;
    this.#events.onReadable(count, { ...first, more: this.#remaining > 0 });
    return true;
  }

  #parse(): boolean {
    const space = this.#parser.space;
    const into = space.subarray(0, Math.min(space.length, this.#readable));
    this.#readable -= into.length;
    let packet: MqttPacket | undefined;
    try {
      this.#socket.read(into);
      packet = this.#parser.accept(into.length);
    } catch (error) {
      this.#events.onError(error);
      return false;
    }
    if (packet !== undefined) this.#deliver(packet);
    return true;
  }

  #deliver(packet: MqttPacket): void {
    if (isPublish(packet)) {
      const { topic, QoS, byteLength } = packet;
      this.#message = packet;
      this.#remaining = byteLength;
      this.#offer({ topic, QoS, byteLength });
    } else {
      this.#events.onControl(packet);
    }
  }
}
Object.freeze(MqttReceiver.prototype);
