// SPDX-License-Identifier: MIT
import { operations } from "./mqtt-operations.js";
import { MAX_REMAINING_LENGTH } from "./mqtt-packet.js";
import { decodeUtf8 } from "xs-ota/job/utf8";

/** A packet that carries no message. */
export interface MqttControl {
  readonly operation: number;
  /** Of the packet that it answers. */
  readonly id?: number;
  /** CONNACK: 0 is accepted. Source: MQTT 3.1.1, 3.2.2.3. */
  readonly returnCode?: number;
  /** CONNACK: the broker kept this client's session. */
  readonly sessionPresent?: boolean;
  /** SUBACK: what each filter was granted; 0x80 is refused. */
  readonly payload?: Uint8Array;
}

/** Everything of a PUBLISH but its payload, which the next `byteLength` bytes of the stream are. */
export interface MqttPublish {
  readonly operation: 3;
  readonly topic: string;
  readonly QoS: 0 | 1;
  /** 0 with QoS 0. */
  readonly id: number;
  readonly byteLength: number;
}

export type MqttPacket = MqttControl | MqttPublish;

/** Whether a packet is a message, whose payload follows. */
export function isPublish(packet: MqttPacket): packet is MqttPublish {
  return packet.operation === operations.PUBLISH;
}

/**
 * Longest topic, and longest packet without a payload, in bytes: four times AWS IoT's limit on topics.
 * Source: AWS General Reference, "AWS IoT Core message broker limits".
 */
export const MAX_HEADER_LENGTH = 1024;

/** Source: MQTT 3.1.1, 4.7.1 and [MQTT-1.5.3-2]. */
const notInATopic: readonly string[] = Object.freeze(["+", "#", "\0"]);

/** Lengths of what a broker may send, payload-less. Source: MQTT 3.1.1, chapter 3. */
const bodyLengths: Readonly<Record<number, readonly [least: number, most: number] | undefined>> =
  Object.freeze({
    [operations.CONNACK]: Object.freeze([2, 2] as const),
    [operations.PUBACK]: Object.freeze([2, 2] as const),
    [operations.SUBACK]: Object.freeze([3, MAX_HEADER_LENGTH] as const),
    [operations.UNSUBACK]: Object.freeze([2, 2] as const),
    [operations.PINGRESP]: Object.freeze([0, 0] as const),
  });

type Step = "type" | "length" | "body" | "topicLength" | "topic";

/**
 * Reads what a broker sends, in any pieces, with memory for one header only.
 * Fill {@link MqttParser.space}, tell {@link MqttParser.accept}, and so on. Once it has thrown, it is done.
 */
export class MqttParser {
  readonly #scratch = new Uint8Array(MAX_HEADER_LENGTH + 2);
  #step: Step = "type";
  #filled = 0;
  #needed = 1;
  #operation = 0;
  #flags = 0;
  #length = 0;
  #shift = 0;

  /** Where the next bytes of the stream go: as many as there are, at most all of it; never empty. */
  get space(): Uint8Array {
    return this.#scratch.subarray(this.#filled, this.#needed);
  }

  /**
   * Takes the first `count` bytes of {@link MqttParser.space}.
   * @returns the packet that they complete, if any.
   * @throws Error when no broker may send this.
   */
  accept(count: number): MqttPacket | undefined {
    this.#filled += count;
    return this.#filled < this.#needed ? undefined : this.#advance();
  }

  #advance(): MqttPacket | undefined {
    switch (this.#step) {
      case "type":
        this.#acceptType();
        return undefined;
      case "length":
        return this.#acceptLength();
      case "body":
        return this.#end(this.#parseControl());
      case "topicLength":
        this.#acceptTopicLength();
        return undefined;
      case "topic":
        return this.#end(this.#parsePublish());
    }
  }

  #expect(step: Step, count: number): void {
    this.#step = step;
    this.#filled = 0;
    this.#needed = count;
  }

  #end<T>(packet: T): T {
    this.#expect("type", 1);
    return packet;
  }

  get #qos(): 0 | 1 {
    return (this.#flags & 2) === 0 ? 0 : 1;
  }

  #uint16(offset: number): number {
    return ((this.#scratch[offset] ?? 0) << 8) | (this.#scratch[offset + 1] ?? 0);
  }

  #acceptType(): void {
    const byte = this.#scratch[0] ?? 0;
    this.#operation = byte >> 4;
    this.#flags = byte & 0x0f;
    this.#length = 0;
    this.#shift = 0;
    if (this.#operation === operations.PUBLISH) {
      need((this.#flags & 4) === 0, "a message with QoS 2 or 3");
      need(this.#qos === 1 || (this.#flags & 8) === 0, "a duplicate with QoS 0");
    } else {
      need(bodyLengths[this.#operation] !== undefined, `packet type ${this.#operation}`);
      need(this.#flags === 0, "reserved flags");
    }
    this.#expect("length", 1);
  }

  #acceptLength(): MqttPacket | undefined {
    const byte = this.#scratch[0] ?? 0;
    this.#length |= (byte & 0x7f) << this.#shift;
    this.#shift += 7;
    if (byte >= 0x80) {
      need(this.#shift < 28, "a length of more than 4 bytes");
      this.#expect("length", 1);
      return undefined;
    }
    if (this.#operation === operations.PUBLISH) {
      need(this.#length > 2, "a message without a topic");
      this.#expect("topicLength", 2);
      return undefined;
    }
    const [least, most] = bodyLengths[this.#operation] ?? [0, MAX_REMAINING_LENGTH];
    need(this.#length >= least && this.#length <= most, `${this.#length} bytes in a short packet`);
    this.#expect("body", this.#length);
    return this.#length === 0 ? this.#advance() : undefined;
  }

  #acceptTopicLength(): void {
    const topicLength = this.#uint16(0);
    const headerLength = topicLength + 2 * this.#qos;
    need(topicLength > 0, "an empty topic");
    need(topicLength <= MAX_HEADER_LENGTH, `a topic of ${topicLength} bytes`);
    need(headerLength + 2 <= this.#length, "a topic longer than its packet");
    this.#expect("topic", headerLength);
  }

  #parsePublish(): MqttPublish {
    const headerLength = this.#needed;
    const topicLength = headerLength - 2 * this.#qos;
    const topic = decodeUtf8(this.#scratch.subarray(0, topicLength), "mqtt-failed");
    need(
      !notInATopic.some(character => topic.includes(character)),
      "a topic with a wildcard or NUL",
    );
    const id = this.#qos === 0 ? 0 : this.#uint16(topicLength);
    need(this.#qos === 0 || id !== 0, "packet id 0");
    const byteLength = this.#length - 2 - headerLength;
    return { operation: operations.PUBLISH, topic, QoS: this.#qos, id, byteLength };
  }

  #parseControl(): MqttControl {
    const operation = this.#operation;
    if (operation === operations.PINGRESP) return { operation };
    if (operation === operations.CONNACK) {
      const [flags = 0, returnCode = 0] = this.#scratch;
      need(flags < 2, "reserved flags");
      return { operation, returnCode, sessionPresent: flags === 1 };
    }
    const id = this.#uint16(0);
    need(id !== 0, "packet id 0");
    if (operation !== operations.SUBACK) return { operation, id };
    return { operation, id, payload: this.#scratch.slice(2, this.#length) };
  }
}
Object.freeze(MqttParser.prototype);

function need(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(`mqtt: the broker sent ${otherwise}`);
}
