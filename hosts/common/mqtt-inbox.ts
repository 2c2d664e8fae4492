// SPDX-License-Identifier: MIT
import type { MessagePiece, MqttSession } from "./mqtt-session.js";

export interface IncomingMessage {
  readonly topic: string;
  /** In the inbox's buffer: valid until the next piece is received. */
  readonly payload: Uint8Array;
}

/** Puts messages together in one buffer, which grows to a limit and is then reused. */
export class MqttInbox {
  readonly #limit: number;
  #buffer: Uint8Array;
  #topic = "";
  /** Bytes of the message; above the limit, it is read and dropped. */
  #byteLength = 0;
  #filled = 0;

  /** @param buffer the application's, used as long as messages fit. @param limit longest payload in bytes. */
  constructor(buffer: Uint8Array, limit: number) {
    this.#buffer = buffer;
    this.#limit = Math.max(limit, buffer.length);
  }

  /**
   * Reads the `count` bytes that the session offers.
   * @returns the message that they complete, if any.
   * @throws Error at the end of a message that was over the limit, once all of it is dropped.
   */
  receive(session: MqttSession, count: number, piece: MessagePiece): IncomingMessage | undefined {
    if (piece.topic !== undefined) this.#begin(piece.topic, piece.byteLength ?? count);
    const fits = this.#byteLength <= this.#limit;
    if (fits) this.#fill(session, count);
    else this.#drop(session, count);
    if (piece.more) return undefined;
    if (!fits) {
      throw new Error(`mqtt: a message of ${this.#byteLength} bytes on ${this.#topic} was dropped`);
    }
    return { topic: this.#topic, payload: this.#buffer.subarray(0, this.#filled) };
  }

  #begin(topic: string, byteLength: number): void {
    this.#topic = topic;
    this.#byteLength = byteLength;
    this.#filled = 0;
    if (byteLength > this.#buffer.length && byteLength <= this.#limit) {
      this.#buffer = new Uint8Array(byteLength);
    }
  }

  #fill(session: MqttSession, count: number): void {
    if (count === 0) return;
    session.read(this.#buffer.subarray(this.#filled, this.#filled + count));
    this.#filled += count;
  }

  #drop(session: MqttSession, count: number): void {
    const scratch = new Uint8Array(Math.min(count, 256));
    for (let left = count; left > 0; left -= scratch.length) {
      session.read(scratch.subarray(0, left));
    }
  }
}
Object.freeze(MqttInbox.prototype);
