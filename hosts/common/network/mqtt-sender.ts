// SPDX-License-Identifier: MIT
import type { Socket } from "./socket.js";

/** What a message needs beyond its topic and payload, at most; so ECMA-419 clients leave it out of the count. */
const OVERHEAD = 8;

/** Own packets that may wait for room, above which nothing more is received that asks for an answer. */
const MAX_WAITING = 16;

/**
 * The sending half of a session. Its own short packets wait their turn here; the application's go out
 * at once or not at all, and never in the middle of another.
 */
export class MqttSender {
  readonly #socket: Socket;
  readonly #waiting: Uint8Array[] = [];
  #writable = 0;
  /** Bytes of payload that the application still owes. */
  #owed = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Bytes of topic and payload that the application can write now. */
  get room(): number {
    if (this.#owed > 0) return Math.min(this.#writable, this.#owed);
    return this.#waiting.length > 0 ? 0 : Math.max(0, this.#writable - OVERHEAD);
  }

  get isCrowded(): boolean {
    return this.#waiting.length >= MAX_WAITING;
  }

  /** Whether a packet of the application is on its way and not complete. */
  get isInMessage(): boolean {
    return this.#owed > 0;
  }

  /** The socket takes `count` bytes. */
  writable(count: number): void {
    this.#writable = count;
    this.flush();
  }

  /** Sends `packet` as soon as there is room. */
  queue(packet: Uint8Array): void {
    this.#waiting.push(packet);
    this.flush();
  }

  /**
   * Sends a packet of the application, or the first bytes of one of which `owed` bytes follow.
   * @throws Error when there is no room for the whole.
   */
  write(parts: readonly Uint8Array[], owed = 0): void {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    if (this.#waiting.length > 0 || length > this.#writable) throw new Error("mqtt: overflow");
    for (const part of parts) this.#send(part);
    this.#owed = owed;
  }

  /** Sends more of the payload that is owed. @throws Error when there is no room, or it is too much. */
  writeMore(bytes: Uint8Array): void {
    if (bytes.length > this.#owed) throw new Error("mqtt: more than the message's byteLength");
    if (bytes.length > this.#writable) throw new Error("mqtt: overflow");
    this.#send(bytes);
    this.#owed -= bytes.length;
    this.flush();
  }

  flush(): void {
    while (this.#writable > 0 && this.#owed === 0) {
      const packet = this.#waiting.shift();
      if (packet === undefined) return;
      const now = packet.subarray(0, this.#writable);
      this.#send(now);
      if (now.length < packet.length) this.#waiting.unshift(packet.subarray(now.length));
    }
  }

  #send(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const left = this.#socket.write(bytes);
    this.#writable = typeof left === "number" ? left : this.#writable - bytes.length;
  }
}
Object.freeze(MqttSender.prototype);
