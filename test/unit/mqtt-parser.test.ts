// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { generate, type Packet } from "mqtt-packet";
import {
  isPublish,
  MAX_HEADER_LENGTH,
  MqttParser,
  type MqttPacket,
} from "xs-ota/common/network/mqtt-parser";
import { encodeUtf8 } from "xs-ota/job/utf8";
import { OtaError } from "xs-ota/pal/error";

interface Read {
  readonly packet: MqttPacket;
  readonly payload: Uint8Array;
}

/** Feeds `stream` in pieces of at most `most` bytes. */
function readAll(stream: Uint8Array, most: number): Read[] {
  const parser = new MqttParser();
  const result: Read[] = [];
  let offset = 0;
  while (offset < stream.length) {
    const { space } = parser;
    const piece = stream.subarray(offset, offset + Math.min(space.length, most));
    assert.ok(piece.length > 0, "the parser asks for bytes");
    space.set(piece);
    offset += piece.length;
    const packet = parser.accept(piece.length);
    if (packet === undefined) continue;
    const payloadLength = isPublish(packet) ? packet.byteLength : 0;
    result.push({ packet, payload: stream.slice(offset, offset + payloadLength) });
    offset += payloadLength;
  }
  return result;
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const read = (stream: Uint8Array): unknown[] => readAll(stream, 1).map(({ packet }) => packet);

const id = fc.integer({ min: 1, max: 0xffff });
const topic = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 40 })
  .filter(value => !/[+#\0]/u.test(value));
const brokerPacket: fc.Arbitrary<Packet> = fc.oneof(
  fc.record({
    cmd: fc.constant("connack" as const),
    returnCode: fc.integer({ min: 0, max: 5 }),
    sessionPresent: fc.boolean(),
  }),
  fc.record({ cmd: fc.constant("puback" as const), messageId: id }),
  fc.record({
    cmd: fc.constant("suback" as const),
    messageId: id,
    granted: fc.array(fc.constantFrom(0, 1, 128), { minLength: 1, maxLength: 9 }),
  }),
  fc.record({
    cmd: fc.constant("unsuback" as const),
    messageId: id,
    granted: fc.constant<number[]>([]),
  }),
  fc.constant({ cmd: "pingresp" as const }),
  fc
    .record({
      cmd: fc.constant("publish" as const),
      topic,
      qos: fc.constantFrom(0 as const, 1 as const),
      dup: fc.boolean(),
      retain: fc.boolean(),
      messageId: id,
      payload: fc.uint8Array({ maxLength: 300 }).map(payload => Buffer.from(payload)),
    })
    .map(packet => ({ ...packet, dup: packet.dup && packet.qos === 1 })),
);

/** Our words for the packet of npm's mqtt-packet. */
function expected(packet: Packet): unknown {
  switch (packet.cmd) {
    case "connack":
      return {
        operation: 2,
        returnCode: packet.returnCode,
        sessionPresent: packet.sessionPresent,
      };
    case "publish": {
      const { topic: name, qos, messageId, payload } = packet;
      const shared = { operation: 3, topic: name, QoS: qos, byteLength: payload.length };
      return { ...shared, id: qos === 0 ? 0 : messageId };
    }
    case "suback":
      return {
        operation: 9,
        id: packet.messageId,
        payload: Uint8Array.from(packet.granted as number[]),
      };
    case "puback":
      return { operation: 4, id: packet.messageId };
    case "unsuback":
      return { operation: 11, id: packet.messageId };
    default:
      return { operation: 13 };
  }
}

test("what npm's mqtt-packet writes is read back, in pieces of any size", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(
      fc.array(brokerPacket, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 400 }),
      (packets, most) => {
        for (const { cmd } of packets) seen.add(cmd);
        const stream = Uint8Array.from(Buffer.concat(packets.map(packet => generate(packet))));
        const result = readAll(stream, most);
        assert.deepEqual(
          result.map(({ packet }) => packet),
          packets.map(expected),
        );
        const messages = packets.filter(packet => packet.cmd === "publish");
        assert.deepEqual(
          result.filter(({ packet }) => isPublish(packet)).map(({ payload }) => payload),
          messages.map(({ payload }) => Uint8Array.from(payload as Buffer)),
        );
      },
    ),
  );
  assert.equal(seen.size, 6, "every packet was tried");
});

/** Reads until the end or an error. @returns whether there was an error. */
function survives(stream: Uint8Array): boolean {
  try {
    readAll(stream, 7);
    return false;
  } catch (error) {
    assert.ok(error instanceof Error);
    assert.ok(error instanceof OtaError || error.message.startsWith("mqtt: "), error.message);
    return true;
  }
}

test("any bytes give packets or an error, never anything else", () => {
  let errors = 0;
  let runs = 0;
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), stream => {
      runs++;
      if (survives(stream)) errors++;
    }),
  );
  assert.ok(errors > 0 && errors < runs, `${errors} of ${runs} ended with an error`);
});

test("a packet with one byte changed gives packets or an error, never anything else", () => {
  let errors = 0;
  let runs = 0;
  fc.assert(
    fc.property(brokerPacket, fc.nat(), fc.nat(255), (packet, where, value) => {
      const stream = Uint8Array.from(generate(packet));
      stream[where % stream.length] = value;
      runs++;
      if (survives(stream)) errors++;
    }),
    { numRuns: 1000 },
  );
  assert.ok(errors > 0 && errors < runs, `${errors} of ${runs} ended with an error`);
});

const name = (text: string): number[] => {
  const utf8 = [...encodeUtf8(text)];
  return [utf8.length >> 8, utf8.length & 0xff, ...utf8];
};

// prettier-ignore
const hostile: readonly (readonly [why: string, stream: Uint8Array])[] = [
  ["type 0",                          bytes(0x00, 0)],
  ["type 15",                         bytes(0xf0, 0)],
  ["CONNECT, which is a client's",    bytes(0x10, 0)],
  ["SUBSCRIBE, which is a client's",  bytes(0x82, 5, 0, 1)],
  ["PUBREC, which answers QoS 2",     bytes(0x50, 2, 0, 1)],
  ["a message with QoS 2",            bytes(0x34, 7, ...name("t"), 0, 1, 0, 0)],
  ["a message with QoS 3",            bytes(0x36, 7, ...name("t"), 0, 1, 0, 0)],
  ["a duplicate with QoS 0",          bytes(0x38, 3, ...name("t"))],
  ["reserved flags",                  bytes(0x41, 2, 0, 1)],
  ["a length of five bytes",          bytes(0x30, 0x80, 0x80, 0x80, 0x80, 1)],
  ["a CONNACK of 3 bytes",            bytes(0x20, 3, 0, 0, 0)],
  ["reserved CONNACK flags",          bytes(0x20, 2, 2, 0)],
  ["a PINGRESP with a body",          bytes(0xd0, 1, 0)],
  ["a SUBACK that grants nothing",    bytes(0x90, 2, 0, 1)],
  ["a SUBACK of 2 MiB",               bytes(0x90, 0x80, 0x80, 0x80, 0x01)],
  ["PUBACK for id 0",                 bytes(0x40, 2, 0, 0)],
  ["a message of QoS 1 with id 0",    bytes(0x32, 5, ...name("t"), 0, 0)],
  ["a message without a topic",       bytes(0x30, 2, 0, 0)],
  ["an empty topic",                  bytes(0x30, 3, 0, 0, 0)],
  ["a topic longer than its packet",  bytes(0x30, 3, 0, 2, 0x74)],
  ["no room for the id",              bytes(0x32, 4, ...name("t"), 0)],
  ["a topic over the limit",          bytes(0x30, 0xff, 0x7f, (MAX_HEADER_LENGTH + 1) >> 8, (MAX_HEADER_LENGTH + 1) & 0xff)],
  ["a topic with a wildcard",         bytes(0x30, 5, ...name("a/#"))],
  ["a topic with NUL",                bytes(0x30, 5, ...name("a\0b"))],
  ["a topic that is not UTF-8",       bytes(0x30, 4, 0, 2, 0xc0, 0xaf)],
  ["a topic with a surrogate",        bytes(0x30, 5, 0, 3, 0xed, 0xa0, 0x80)],
];

for (const [why, stream] of hostile) {
  test(`ends with an error: ${why}`, () => {
    assert.ok(survives(stream));
  });
}

test("the longest topic is read", () => {
  const longest = "t".repeat(MAX_HEADER_LENGTH);
  const stream = generate({
    cmd: "publish",
    topic: longest,
    payload: "",
    qos: 1,
    dup: false,
    retain: false,
    messageId: 9,
  });
  assert.deepEqual(read(stream), [{ operation: 3, topic: longest, QoS: 1, id: 9, byteLength: 0 }]);
});
