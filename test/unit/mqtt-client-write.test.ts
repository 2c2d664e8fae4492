// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import MQTTClient from "xs-ota/common/network/mqtt-client";
import { CONNACK, connected, message, opened, ROOM } from "xs-ota/test/support/mqtt-bench";

test("what does not fit is refused as a whole", () => {
  const { tcp, client } = connected();
  assert.throws(() => client.write(new Uint8Array(ROOM), { topic: "t" }), /overflow/u);
  assert.deepEqual(tcp.sent, []);
});

test("a payload of the room that onWritable told, less the topic, fits", () => {
  for (const QoS of [0, 1] as const) {
    let room = 0;
    const { tcp, client } = connected({ onWritable: count => (room = count) });
    client.write(new Uint8Array(room - 1), { topic: "t", QoS });
    assert.ok(tcp.sent.length > room);
  }
});

test("a payload goes out in several writes, and nothing of ours in its middle", () => {
  const { tcp, client, clock } = connected({
    keepAlive: 1000,
    onReadable() {
      this.read();
    },
  });
  client.write(Uint8Array.of(1, 2), { topic: "t", byteLength: 5 });
  tcp.gives(message("a", "x", 7));
  clock.advance(500);
  assert.deepEqual(tcp.sent.slice(-2), [1, 2]);
  assert.throws(() => client.write(undefined, { operation: MQTTClient.PINGREQ }));
  client.write(Uint8Array.of(3));
  assert.throws(() => client.write(new Uint8Array(3)), /byteLength/u);
  client.write(Uint8Array.of(4, 5));
  assert.deepEqual(tcp.sent.slice(5), [1, 2, 3, 4, 5, 0x40, 2, 0, 7, 0xc0, 0]);
});

test("a QoS 1 message has the caller's packet id, or a new one", () => {
  const { tcp, client, log } = connected();
  client.write(new Uint8Array(0), { topic: "t", QoS: 1, id: 0x1234 });
  client.write(new Uint8Array(0), { topic: "t", QoS: 1 });
  client.write(new Uint8Array(0), { topic: "t", QoS: 1 });
  assert.deepEqual(
    [5, 12, 19].map(at => [tcp.sent[at], tcp.sent[at + 1]]),
    [
      [0x12, 0x34],
      [0, 1],
      [0, 2],
    ],
  );
  tcp.gives([0x40, 2, 0x12, 0x34]);
  assert.equal(log.at(-1), `control 4 4660`);
});

test("packet ids out of range and unknown operations are refused", () => {
  const { client } = connected();
  assert.throws(() => client.write(undefined, { topic: "t", QoS: 1, id: 0 }), RangeError);
  assert.throws(() => client.write(undefined, { topic: "t", QoS: 1, id: 65536 }), RangeError);
  assert.throws(() => client.write(undefined, { operation: MQTTClient.CONNACK }), RangeError);
});

test("write before the session, and after close, is refused", () => {
  const { tcp, client } = opened();
  assert.throws(() => client.write(undefined, { topic: "t" }), /not connected/u);
  tcp.takes(ROOM);
  tcp.gives(CONNACK);
  client.close();
  assert.throws(() => client.write(undefined, { topic: "t" }), /not connected/u);
});
