// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import type { MqttQos } from "xs-ota/pal/mqtt";
import { operations } from "./network/mqtt-operations.js";
import type { MqttSession, SessionWrite } from "./mqtt-session.js";

/** What an MQTT packet has beside topic and payload, for the count of the queue's bytes. */
const PACKET_OVERHEAD = 16;
/** A message is given up when so many connections in a row have ended while it was the first that was not acknowledged. */
const MOST_LOSSES = 8;

interface Outgoing {
  readonly operation: number;
  readonly topic: string;
  readonly QoS: MqttQos;
  readonly id: number;
  /** Bytes that it counts for. */
  readonly size: number;
  payload: Uint8Array;
  /** Bytes of payload that are out. */
  offset: number;
  /** When it was last sent, in the clock's milliseconds; `undefined` before. */
  sentAt: number | undefined;
  /** Connections that ended while it was the first of those sent and not acknowledged. */
  losses: number;
}

/** UTF-8 length, at most: three bytes for each UTF-16 unit. */
const utf8Length = (text: string): number => text.length * 3;

/**
 * What is to be sent: a queue within a bound, and what the broker has not acknowledged. A message longer
 * than the session takes at once goes out in pieces.
 */
export class MqttOutbox {
  readonly #capacity: number;
  #queue: Outgoing[] = [];
  readonly #unacknowledged = new Map<number, Outgoing>();
  #used = 0;
  #room = 0;
  #id = 0;

  /** @param capacity bytes of topics and payloads that may wait, or be sent and not acknowledged. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Whether a message waits for its PUBACK. */
  get awaitsAcknowledgement(): boolean {
    return [...this.#unacknowledged.values()].some(item => !isRequest(item));
  }

  /** Whether the broker has yet to confirm a change of the subscriptions. */
  get changesSubscriptions(): boolean {
    return [...this.#queue, ...this.#unacknowledged.values()].some(isRequest);
  }

  /** Queues SUBSCRIBE or UNSUBSCRIBE. @throws OtaError "mqtt-failed" when full. */
  addRequest(operation: number, topic: string, QoS: MqttQos): void {
    this.#add(operation, topic, QoS, new Uint8Array(0));
  }

  /** Sends or queues a message; `payload` is copied where it cannot go out at once. @throws OtaError "mqtt-failed" when full. */
  addMessage(
    session: MqttSession,
    now: number,
    topic: string,
    QoS: MqttQos,
    payload: Uint8Array,
  ): void {
    const message = this.#add(operations.PUBLISH, topic, QoS, payload);
    if (QoS === 1) message.payload = payload.slice();
    this.flush(session, now);
    if (QoS === 0 && this.#queue.includes(message)) message.payload = payload.slice();
  }

  /** The session takes `room` bytes. */
  offer(session: MqttSession, now: number, room: number): void {
    this.#room = room;
    this.flush(session, now);
  }

  /** Writes what there is room for. */
  flush(session: MqttSession, now: number): void {
    for (let head = this.#queue[0]; head !== undefined; head = this.#queue[0]) {
      if (!this.#write(session, head)) return;
      if (head.offset < head.payload.length) continue;
      head.sentAt = now;
      this.#queue.shift();
      if (head.operation === operations.PUBLISH && head.QoS === 0) this.#used -= head.size;
      else this.#unacknowledged.set(head.id, head);
    }
  }

  /** PUBACK, SUBACK or UNSUBACK has come for packet `id`; harmless when it was not expected. */
  acknowledge(id: number): void {
    const acknowledged = this.#unacknowledged.get(id);
    if (acknowledged === undefined) return;
    this.#unacknowledged.delete(id);
    this.#used -= acknowledged.size;
  }

  /** Queues again every message sent before `before` and not acknowledged. AWS IoT acknowledges none that it throttles. */
  resend(before: number): void {
    for (const message of this.#unacknowledged.values()) {
      if (isRequest(message) || (message.sentAt ?? before) >= before) continue;
      this.#unacknowledged.delete(message.id);
      message.offset = 0;
      this.#queue.push(message);
    }
  }

  /**
   * The broker, or the network, has ended the connection. AWS IoT does so at a message that its policy forbids, and would
   * at each time that it is sent again.
   * @returns what was given up for that, for logs.
   */
  blame(): OtaError | undefined {
    const sent = [...this.#unacknowledged.values()].find(item => !isRequest(item));
    if (sent === undefined || ++sent.losses < MOST_LOSSES) return undefined;
    this.acknowledge(sent.id);
    const why = `${MOST_LOSSES} connections have ended at it`;
    return new OtaError("mqtt-failed", `mqtt: a message on ${sent.topic} was dropped, ${why}`);
  }

  /** The connection is gone: keeps messages of QoS 1, to be sent again first, and nothing else. */
  reset(): void {
    const kept = [...this.#unacknowledged.values(), ...this.#queue].filter(({ QoS, operation }) => {
      return QoS === 1 && operation === operations.PUBLISH;
    });
    for (const message of kept) message.offset = 0;
    this.#queue = kept;
    this.#unacknowledged.clear();
    this.#used = kept.reduce((sum, { size }) => sum + size, 0);
    this.#room = 0;
  }

  #add(operation: number, topic: string, QoS: MqttQos, payload: Uint8Array): Outgoing {
    const size = topic.length + payload.length + PACKET_OVERHEAD;
    if (this.#used + size > this.#capacity) {
      throw new OtaError("mqtt-failed", `mqtt: the queue is full, ${this.#used} bytes wait`);
    }
    this.#used += size;
    const id = this.#nextId();
    const fresh = { offset: 0, sentAt: undefined, losses: 0 };
    const item = { operation, topic, QoS, id, size, payload, ...fresh };
    this.#queue.push(item);
    return item;
  }

  /** @returns false when there is no room. */
  #write(session: MqttSession, item: Outgoing): boolean {
    const { payload, offset } = item;
    const room = offset > 0 ? this.#room : this.#room - utf8Length(item.topic);
    const length = Math.min(room, payload.length - offset);
    if (room < 0 || (length <= 0 && payload.length > offset)) return false;
    const piece = payload.subarray(offset, offset + length);
    try {
      this.#room = session.write(piece, offset > 0 ? undefined : optionsOf(item));
    } catch {
      // The session has used the room for packets of its own, and will offer it again.
      this.#room = 0;
      return false;
    }
    item.offset += length;
    return true;
  }

  #nextId(): number {
    do this.#id = (this.#id % 0xffff) + 1;
    while (this.#unacknowledged.has(this.#id));
    return this.#id;
  }
}
Object.freeze(MqttOutbox.prototype);

function isRequest({ operation }: Outgoing): boolean {
  return operation !== operations.PUBLISH;
}

function optionsOf({ operation, topic, QoS, id, payload, sentAt }: Outgoing): SessionWrite {
  if (operation !== operations.PUBLISH) return { operation, id, items: [{ topic, QoS }] };
  const byteLength = payload.length;
  return { operation, id, topic, QoS, byteLength, duplicate: QoS === 1 && sentAt !== undefined };
}
