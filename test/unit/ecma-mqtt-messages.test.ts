// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { operations } from "xs-ota/common/network/mqtt-operations";
import { type Bench, bench, connected } from "xs-ota/test/support/ecma-mqtt-bench";
import type { ScriptedSession } from "xs-ota/test/support/scripted-session";

const sizes = (session: ScriptedSession): number[] => session.written.map(w => w.data.length);

test("a message in pieces is told once, whole", () => {
  const heard: Uint8Array[] = [];
  const { client, session } = bench({}, { onMessage: (_, payload) => heard.push(payload.slice()) });
  client.connect();
  session().accepts();
  const payload = Uint8Array.from({ length: 1000 }, (_, at) => at % 256);
  session().delivers("a", payload, 7);
  assert.deepEqual(heard, [payload]);
});

test("payloads are put together in the application's buffer while they fit", () => {
  const payloadBuffer = new Uint8Array(100);
  const buffers = new Set<ArrayBufferLike>();
  const { client, session } = bench(
    { payloadBuffer, maxPayload: 1000 },
    { onMessage: (_, { buffer }) => buffers.add(buffer) },
  );
  client.connect();
  session().accepts();
  session().delivers("a", new Uint8Array(100), 30);
  assert.deepEqual([...buffers], [payloadBuffer.buffer]);
  session().delivers("a", new Uint8Array(101), 30);
  assert.equal(buffers.size, 2);
});

test("a message over the limit is read, dropped and reported, and the next one arrives", () => {
  const { session, log } = connected({ maxPayload: 500 });
  session().delivers("big", new Uint8Array(5000), 700);
  session().delivers("small", new Uint8Array(500));
  assert.equal(session().unread, 0);
  assert.deepEqual(log, [
    "Error: mqtt: a message of 5000 bytes on big was dropped",
    "message small 500",
  ]);
});

test("a message longer than the session takes goes out in pieces", () => {
  const { client, session } = connected();
  session().takes(103);
  client.publish("t", new Uint8Array(250), 0);
  session().takes(103);
  session().takes(103);
  const [first, ...others] = session().written;
  assert.deepEqual([first?.data.length, first?.options?.byteLength], [100, 250]);
  assert.ok(others.length > 1 && others.every(({ options }) => options === undefined));
  assert.equal(
    sizes(session()).reduce((sum, size) => sum + size),
    250,
  );
});

test("when the session has used its room itself, the message waits for the next", () => {
  const { client, session } = connected();
  session().room = 10;
  client.publish("t", new Uint8Array(50), 0);
  assert.deepEqual(sizes(session()), []);
  session().takes(100);
  assert.deepEqual(sizes(session()), [50]);
});

test("what waits is bounded, in bytes", () => {
  const { client, session } = connected({ queueCapacity: 1000 });
  session().takes(0);
  client.publish("t", new Uint8Array(900), 0);
  const full = { code: "mqtt-failed", message: /queue is full/u };
  assert.throws(() => client.publish("t", new Uint8Array(900), 0), full);
  session().takes(1000);
  client.publish("t", new Uint8Array(900), 0);
});

test("messages of QoS 1 count for the bound until they are acknowledged", () => {
  const { client, session } = connected({ queueCapacity: 1000 });
  client.publish("t", new Uint8Array(900), 1);
  assert.throws(() => client.publish("t", new Uint8Array(900), 1), { code: "mqtt-failed" });
  session().acknowledges(session().written[0]?.options?.id ?? 0);
  client.publish("t", new Uint8Array(900), 1);
});

test("a message of QoS 1 is sent again, as a duplicate with its id, until it is acknowledged", () => {
  const { client, clock, session } = connected();
  client.publish("t", Uint8Array.of(7), 1);
  clock.advance(20_000);
  clock.advance(20_000);
  const [first, second, third] = session().written;
  assert.equal(first?.options?.duplicate, false);
  assert.equal(second?.options?.duplicate, true);
  assert.equal(second.options.id, first.options.id);
  assert.deepEqual(third?.data, Uint8Array.of(7));
  session().acknowledges(first.options.id ?? 0);
  clock.advance(100_000);
  assert.equal(session().written.length, 3);
  assert.equal(clock.pending, 0, "no timer is left running");
});

test("a message of QoS 1 outlives the connection, one of QoS 0 does not", () => {
  const { client, clock, session } = connected();
  session().takes(0);
  client.publish("zero", Uint8Array.of(0), 0);
  client.publish("one", Uint8Array.of(1), 1);
  session().fails();
  clock.advance(1000);
  session().accepts();
  assert.deepEqual(
    session().written.map(w => [w.options?.topic, w.options?.duplicate]),
    [["one", false]],
  );
});

test("a message cut by the end of the connection starts over", () => {
  const { client, clock, session } = connected();
  session().takes(50);
  client.publish("t", new Uint8Array(100), 1);
  session().fails();
  clock.advance(1000);
  session().accepts();
  assert.deepEqual(sizes(session()), [100]);
  assert.equal(session().written[0]?.options?.byteLength, 100);
});

const topics = (session: ScriptedSession): readonly (string | undefined)[] =>
  session.written.map(({ options }) => options?.topic);

/** The connection ends, and the next one is there. */
function reconnect({ clock, session, sessions }: Bench, room?: number): void {
  const { length } = sessions;
  session().fails("hung up");
  while (sessions.length === length) clock.advance(500);
  session().accepts(room);
}

test("a message at which eight connections have ended is given up, and what waited behind it is sent", () => {
  const made = connected();
  const { client, log, session } = made;
  client.publish("forbidden", Uint8Array.of(1), 1);
  client.publish("good", Uint8Array.of(2), 1);
  for (let time = 1; time <= 8; time++) {
    assert.deepEqual(topics(session()), ["forbidden", "good"], `connection ${time}`);
    reconnect(made);
  }
  assert.deepEqual(topics(session()), ["good"]);
  assert.deepEqual(
    log.filter(line => line.includes("forbidden")),
    ["Error: mqtt: a message on forbidden was dropped, 8 connections have ended at it"],
  );
});

test("a message that no connection had room for is kept however many have ended", () => {
  const made = connected();
  made.session().takes(0);
  made.client.publish("one", Uint8Array.of(1), 1);
  for (let time = 0; time < 20; time++) reconnect(made, 0);
  made.session().takes(1000);
  assert.deepEqual(topics(made.session()), ["one"]);
});

test("a resumed session is told, unless a change of subscriptions was not confirmed", () => {
  for (const confirmed of [true, false]) {
    const { client, clock, session, log } = connected();
    client.subscribe("a", 1);
    const id = session().written[0]?.options?.id ?? 0;
    if (confirmed) session().acknowledges(id, operations.SUBACK, [1]);
    session().fails("gone");
    clock.advance(1000);
    session().fails("gone");
    clock.advance(2000);
    session().accepts(1000, true);
    assert.equal(log.at(-1), `connected ${confirmed}`);
  }
});

test("a refused subscription is reported", () => {
  const { client, session, log } = connected();
  client.subscribe("a", 1);
  session().acknowledges(1, operations.SUBACK, [0x80]);
  assert.deepEqual(log, ["Error: mqtt: the broker refused a subscription"]);
});

test("an acknowledgement of nothing is harmless", () => {
  const { client, session } = connected();
  session().acknowledges(77);
  client.publish("t", Uint8Array.of(1), 1);
  assert.equal(session().written.length, 1);
});
