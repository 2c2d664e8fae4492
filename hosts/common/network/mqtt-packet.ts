// SPDX-License-Identifier: MIT
import { operations } from "./mqtt-operations.js";
import { encodeUtf8 } from "xs-ota/job/utf8";

/** Largest "remaining length" of a packet, in bytes. Source: MQTT 3.1.1, 2.2.3. */
export const MAX_REMAINING_LENGTH = 268_435_455;

export interface MqttWill {
  readonly topic: string;
  readonly message: string | Uint8Array;
  readonly QoS?: 0 | 1;
  readonly retain?: boolean;
}

/** Source: MQTT 3.1.1, 3.1. */
export interface ConnectPacket {
  readonly id: string;
  readonly clean: boolean;
  /** 0..65535; 0 is none. */
  readonly keepAliveSeconds: number;
  readonly user?: string | undefined;
  readonly password?: string | Uint8Array | undefined;
  readonly will?: MqttWill | undefined;
}

/** Everything of a PUBLISH but its payload. Source: MQTT 3.1.1, 3.3. */
export interface PublishHeader {
  readonly topic: string;
  readonly QoS: 0 | 1;
  readonly retain: boolean;
  readonly duplicate: boolean;
  /** 1..65535; goes out with QoS 1 only. */
  readonly id: number;
  /** Bytes of payload. */
  readonly byteLength: number;
}

export interface TopicItem {
  readonly topic: string;
  readonly QoS?: 0 | 1;
}

const PROTOCOL_LEVEL = 4;

function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}

function field(value: string | Uint8Array): Uint8Array {
  const bytes = typeof value === "string" ? encodeUtf8(value) : value;
  if (bytes.length > 0xffff) throw new RangeError("mqtt: a field is longer than 65535 bytes");
  return concat([uint16(bytes.length), bytes]);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function remainingLength(length: number): Uint8Array {
  if (length > MAX_REMAINING_LENGTH) throw new RangeError("mqtt: the packet is too long");
  const bytes: number[] = [];
  let rest = length;
  do {
    const more = rest > 0x7f ? 0x80 : 0;
    bytes.push((rest & 0x7f) | more);
    rest >>= 7;
  } while (rest > 0);
  return Uint8Array.from(bytes);
}

/** @param later bytes of the packet that the caller sends after these. */
function packet(operation: number, flags: number, parts: Uint8Array[], later = 0): Uint8Array {
  const body = concat(parts);
  const first = Uint8Array.of((operation << 4) | flags);
  return concat([first, remainingLength(body.length + later), body]);
}

function connectFlags({ clean, user, password, will }: ConnectPacket): number {
  const willFlags = will && 0x04 | ((will.QoS ?? 0) << 3) | (will.retain === true ? 0x20 : 0);
  return (
    (clean ? 0x02 : 0) |
    (willFlags ?? 0) |
    (password === undefined ? 0 : 0x40) |
    (user === undefined ? 0 : 0x80)
  );
}

export function formatConnect(connect: ConnectPacket): Uint8Array {
  const { id, keepAliveSeconds, user, password, will } = connect;
  const fields = [id, will?.topic, will?.message, user, password];
  return packet(operations.CONNECT, 0, [
    field("MQTT"),
    Uint8Array.of(PROTOCOL_LEVEL, connectFlags(connect)),
    uint16(keepAliveSeconds),
    ...fields.filter(value => value !== undefined).map(field),
  ]);
}

/** The first bytes of a PUBLISH; `byteLength` bytes of payload must follow them. */
export function formatPublishHeader(header: PublishHeader): Uint8Array {
  const { topic, QoS, retain, duplicate, id, byteLength } = header;
  const flags = (retain ? 1 : 0) | (QoS << 1) | (duplicate ? 8 : 0);
  const parts = QoS === 0 ? [field(topic)] : [field(topic), uint16(id)];
  return packet(operations.PUBLISH, flags, parts, byteLength);
}

/** The packets that are an id, topic filters, or nothing but their type. */
const requests: Readonly<
  Record<number, ((id: number, items: readonly TopicItem[]) => Uint8Array) | undefined>
> = Object.freeze({
  [operations.PUBACK]: (id: number) => packet(operations.PUBACK, 0, [uint16(id)]),
  [operations.SUBSCRIBE]: (id: number, items: readonly TopicItem[]) => {
    const filters = items.flatMap(item => [field(item.topic), Uint8Array.of(item.QoS ?? 0)]);
    return packet(operations.SUBSCRIBE, 2, [uint16(id), ...filters]);
  },
  [operations.UNSUBSCRIBE]: (id: number, items: readonly TopicItem[]) =>
    packet(operations.UNSUBSCRIBE, 2, [uint16(id), ...items.map(item => field(item.topic))]),
  [operations.PINGREQ]: () => packet(operations.PINGREQ, 0, []),
  [operations.DISCONNECT]: () => packet(operations.DISCONNECT, 0, []),
});

/**
 * PUBACK, SUBSCRIBE, UNSUBSCRIBE, PINGREQ or DISCONNECT; `id` and `items` as far as it has them.
 * @throws RangeError for any other operation.
 */
export function formatRequest(
  operation: number,
  id = 0,
  items: readonly TopicItem[] = [],
): Uint8Array {
  const format = requests[operation];
  if (format === undefined) throw new RangeError(`mqtt: operation ${operation} cannot be written`);
  return format(id, items);
}
