// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import MQTTClient from "xs-ota/common/network/mqtt-client";
import { openBroker, type MqttBroker } from "xs-ota/test/support/mqtt-broker";
import { NodeTcp } from "xs-ota/test/support/node-tcp";

/** Opens a client, subscribes to "loop", and gives what was read from it, message by message. */
function loop(broker: MqttBroker, payload: Uint8Array, count: number): Promise<Uint8Array[]> {
  return new Promise((resolve, reject) => {
    const messages: Uint8Array[] = [];
    let pieces: Uint8Array[] = [];
    let sent = 0;
    let offset = 0;
    const client = new MQTTClient({
      host: "127.0.0.1",
      port: broker.port,
      id: "loop",
      keepAlive: 1000,
      socket: { io: NodeTcp },
      onControl({ operation }) {
        if (operation !== MQTTClient.CONNACK) return;
        const items = [{ topic: "loop", QoS: 1 as const }];
        this.write(undefined, { operation: MQTTClient.SUBSCRIBE, items });
      },
      onWritable(room) {
        if (sent === count) return;
        const take = Math.min(room - (offset === 0 ? 20 : 0), payload.length - offset);
        if (take <= 0) return;
        const piece = payload.subarray(offset, offset + take);
        const header = { topic: "loop", QoS: 1 as const, byteLength: payload.length };
        this.write(piece, offset === 0 ? header : undefined);
        offset += take;
        if (offset < payload.length) return;
        offset = 0;
        sent++;
      },
      onReadable(available, { more }) {
        pieces.push(new Uint8Array(this.read(available) ?? new ArrayBuffer(0)));
        if (more) return;
        messages.push(Uint8Array.from(pieces.flatMap(piece => [...piece])));
        pieces = [];
        if (messages.length < count) return;
        client.close();
        resolve(messages);
      },
      onError: reject,
    });
  });
}

test("through a real broker, every message of QoS 1 comes back whole", async () => {
  const broker = await openBroker();
  try {
    const payload = Uint8Array.from({ length: 50_000 }, (_, at) => at % 251);
    const messages = await loop(broker, payload, 5);
    assert.equal(messages.length, 5);
    for (const message of messages) assert.deepEqual(message, payload);
  } finally {
    await broker.close();
  }
});

test("a port where nobody listens is an error", async () => {
  const broker = await openBroker();
  await broker.close();
  const error = await new Promise(resolve => {
    new MQTTClient({
      host: "127.0.0.1",
      port: broker.port,
      socket: { io: NodeTcp },
      onError: resolve,
    });
  });
  assert.ok(error instanceof Error);
});
