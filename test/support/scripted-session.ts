// SPDX-License-Identifier: MIT
import type {
  MqttSession,
  MqttSessionClass,
  SessionEvents,
  SessionWrite,
} from "xs-ota/common/mqtt-session";
import { operations } from "xs-ota/common/network/mqtt-operations";

export interface Written {
  readonly data: Uint8Array;
  readonly options: SessionWrite | undefined;
}

/**
 * Stands for `embedded:network/mqtt/client`, with the SDK's traps: closing inside a callback, or
 * writing more than it takes, throws.
 */
export class ScriptedSession implements MqttSession {
  readonly written: Written[] = [];
  isClosed = false;
  room = 0;
  readonly #events: SessionEvents;
  #unread: number[] = [];
  #calls = 0;

  constructor(events: SessionEvents) {
    this.#events = events;
  }

  /** A class of such sessions, and the sessions it has made. */
  static module(): { MQTTClient: MqttSessionClass; sessions: ScriptedSession[] } {
    const sessions: ScriptedSession[] = [];
    class MQTTClient extends ScriptedSession {
      constructor(options: SessionEvents) {
        super(options);
        sessions.push(this);
      }
    }
    return { MQTTClient, sessions };
  }

  write(data: Uint8Array | undefined, options?: SessionWrite): number {
    const bytes = data?.slice() ?? new Uint8Array(0);
    if (bytes.length > this.room) throw new Error("overflow");
    this.room -= bytes.length;
    this.written.push({ data: bytes, options });
    return this.room;
  }

  read(into: Uint8Array): number {
    const taken = this.#unread.splice(0, into.length);
    into.set(taken);
    return taken.length;
  }

  close(): void {
    if (this.#calls > 0) throw new Error("close inside a callback aborts the machine");
    this.isClosed = true;
  }

  accepts(room = 10_000, sessionPresent = false): void {
    this.#call(() => this.#events.onControl({ operation: operations.CONNACK, sessionPresent }));
    this.takes(room);
  }

  takes(room: number): void {
    this.room = room;
    this.#call(() => this.#events.onWritable(room));
  }

  acknowledges(id: number, operation: number = operations.PUBACK, payload?: number[]): void {
    const message = { operation, id };
    this.#call(() => this.#events.onControl(payload ? { ...message, payload } : message));
  }

  /** A message in pieces of at most `most` bytes. */
  delivers(topic: string, payload: Uint8Array, most = payload.length): void {
    let first: object = { topic, byteLength: payload.length };
    let offset = 0;
    do {
      const piece = payload.subarray(offset, offset + most);
      offset += piece.length;
      this.#unread.push(...piece);
      const options = { ...first, more: offset < payload.length };
      this.#call(() => this.#events.onReadable(piece.length, options));
      first = {};
    } while (offset < payload.length);
  }

  fails(error?: unknown): void {
    this.#call(() => this.#events.onError(error));
  }

  /** Bytes delivered and not read. */
  get unread(): number {
    return this.#unread.length;
  }

  #call(run: () => void): void {
    this.#calls++;
    run();
    this.#calls--;
  }
}
