// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parser as oracleParser, type Packet } from "mqtt-packet";
import { operations } from "xs-ota/common/network/mqtt-operations";
import {
  formatConnect,
  formatPublishHeader,
  formatRequest,
} from "xs-ota/common/network/mqtt-packet";

/** What npm's mqtt-packet, an independent implementation, reads in `bytes`. */
function parsed(...pieces: Uint8Array[]): Packet[] {
  const packets: Packet[] = [];
  const oracle = oracleParser({ protocolVersion: 4 });
  oracle.on("packet", packet => packets.push(packet));
  oracle.on("error", error => assert.fail(String(error)));
  for (const piece of pieces) oracle.parse(Buffer.from(piece));
  return packets;
}

const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
const topic = text.filter(value => !/[+#\0]/u.test(value));
const id = fc.integer({ min: 1, max: 0xffff });
const qos = fc.constantFrom(0 as const, 1 as const);

test("CONNECT carries every option", () => {
  const [packet] = parsed(
    formatConnect({
      id: "thing",
      clean: false,
      keepAliveSeconds: 1200,
      user: "?x-amz-customauthorizer-name=a",
      password: "secret",
      will: { topic: "gone", message: "bye", QoS: 1, retain: true },
    }),
  );
  assert.ok(packet?.cmd === "connect");
  assert.equal(packet.protocolId, "MQTT");
  assert.equal(packet.protocolVersion, 4);
  assert.equal(packet.clientId, "thing");
  assert.equal(packet.clean, false);
  assert.equal(packet.keepalive, 1200);
  assert.equal(packet.username, "?x-amz-customauthorizer-name=a");
  assert.equal(String(packet.password), "secret");
  assert.equal(packet.will?.topic, "gone");
  assert.equal(String(packet.will.payload), "bye");
  assert.equal(packet.will.qos, 1);
  assert.equal(packet.will.retain, true);
});

test("PUBLISH reads back as it was written, whatever its topic, flags and length", () => {
  let long = 0;
  fc.assert(
    fc.property(
      topic,
      qos,
      fc.boolean(),
      id,
      fc.oneof(fc.uint8Array({ maxLength: 64 }), fc.uint8Array({ minLength: 100, maxLength: 200 })),
      (name, QoS, retain, packetId, payload) => {
        if (payload.length > 99) long++;
        const duplicate = QoS === 1;
        const header = { topic: name, QoS, retain, duplicate, id: packetId };
        const [packet] = parsed(
          formatPublishHeader({ ...header, byteLength: payload.length }),
          payload,
        );
        assert.ok(packet?.cmd === "publish");
        assert.equal(packet.topic, name);
        assert.deepEqual([packet.qos, packet.retain, packet.dup], [QoS, retain, duplicate]);
        assert.equal(packet.messageId, QoS === 1 ? packetId : undefined);
        assert.deepEqual(Uint8Array.from(packet.payload as Buffer), payload);
      },
    ),
  );
  assert.ok(long > 0, "lengths of two bytes were tried");
});

test("SUBSCRIBE and UNSUBSCRIBE read back as they were written", () => {
  fc.assert(
    fc.property(
      id,
      fc.array(fc.record({ topic, QoS: qos }), { minLength: 1, maxLength: 5 }),
      (packetId, items) => {
        const [subscribe, unsubscribe] = parsed(
          formatRequest(operations.SUBSCRIBE, packetId, items),
          formatRequest(operations.UNSUBSCRIBE, packetId, items),
        );
        assert.ok(subscribe?.cmd === "subscribe" && unsubscribe?.cmd === "unsubscribe");
        assert.equal(subscribe.messageId, packetId);
        assert.deepEqual(
          subscribe.subscriptions.map(item => [item.topic, item.qos]),
          items.map(item => [item.topic, item.QoS]),
        );
        assert.deepEqual(
          unsubscribe.unsubscriptions,
          items.map(item => item.topic),
        );
      },
    ),
  );
});

test("PUBACK, PINGREQ and DISCONNECT are what the standard prints", () => {
  assert.deepEqual([...formatRequest(operations.PUBACK, 0x1234)], [0x40, 2, 0x12, 0x34]);
  assert.deepEqual([...formatRequest(operations.PINGREQ)], [0xc0, 0]);
  assert.deepEqual([...formatRequest(operations.DISCONNECT)], [0xe0, 0]);
});

test("what only a broker sends is refused", () => {
  assert.throws(() => formatRequest(operations.CONNACK), RangeError);
  assert.throws(() => formatRequest(operations.PUBREL), RangeError);
});

test("a topic of more than 65535 bytes is refused", () => {
  const items = [{ topic: "é".repeat(40_000) }];
  assert.throws(() => formatRequest(operations.SUBSCRIBE, 1, items), RangeError);
});
