// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import type { EcmaMqttOptions } from "xs-ota/common/mqtt";
import { operations } from "xs-ota/common/network/mqtt-operations";
import { bench, connected } from "xs-ota/test/support/ecma-mqtt-bench";

test("it connects when told, and only once", () => {
  const { client, sessions, log, session } = bench();
  assert.equal(sessions.length, 0);
  client.connect();
  client.connect();
  assert.equal(sessions.length, 1);
  assert.equal(client.connected, false);
  session().accepts();
  assert.equal(client.connected, true);
  assert.deepEqual(log, ["connected false"]);
});

test("delays double from one second to two minutes", () => {
  const { client, clock, sessions, session } = bench();
  client.connect();
  const delays: number[] = [];
  for (let at = 0; at < 9; at++) {
    const count = sessions.length;
    session().fails();
    const from = clock.now();
    while (sessions.length === count) clock.advance(500);
    delays.push((clock.now() - from) / 1000);
  }
  assert.deepEqual(delays, [1, 2, 4, 8, 16, 32, 64, 120, 120]);
});

test("jitter shortens a delay to no less than its half", () => {
  const { client, clock, sessions, session } = bench({ random: () => 0 });
  client.connect();
  session().fails();
  clock.advance(499);
  assert.equal(sessions.length, 1);
  clock.advance(1);
  assert.equal(sessions.length, 2);
});

test("a broker that accepts and drops at once is not asked ever faster", () => {
  const { client, clock, sessions, session } = bench();
  client.connect();
  for (const delay of [1000, 2000, 4000]) {
    session().accepts();
    session().fails();
    const count = sessions.length;
    clock.advance(delay - 1);
    assert.equal(sessions.length, count);
    clock.advance(1);
    assert.equal(sessions.length, count + 1);
  }
});

for (const [connectedMs, nextDelay] of [
  [19_999, 2000],
  [20_000, 1000],
] as const) {
  test(`a connection that has lasted ${connectedMs} ms is tried again after ${nextDelay} ms`, () => {
    const { client, clock, sessions, session } = bench();
    client.connect();
    session().fails();
    clock.advance(1000);
    session().accepts();
    clock.advance(connectedMs);
    session().fails();
    clock.advance(nextDelay - 1);
    assert.equal(sessions.length, 2);
    clock.advance(1);
    assert.equal(sessions.length, 3);
  });
}

test("a broker that never answers is given up after 30 s", () => {
  const { client, clock, sessions, log } = bench();
  client.connect();
  clock.advance(30_000);
  assert.equal(sessions[0]?.isClosed, true);
  assert.deepEqual(log, ["Error: mqtt: no connection in time"]);
  clock.advance(1000);
  assert.equal(sessions.length, 2);
});

test("a session class that throws is tried again", () => {
  let made = 0;
  const broken = function (): void {
    made++;
    throw new Error("no network");
  };
  const { client, clock, log } = bench({
    MQTTClient: broken as unknown as EcmaMqttOptions["MQTTClient"],
  });
  client.connect();
  clock.advance(1000);
  assert.equal(made, 2);
  assert.deepEqual(log, ["Error: no network", "Error: no network"]);
});

test("a late callback of a session that is over is ignored", () => {
  const { client, sessions, log, clock, session } = connected();
  session().fails("gone");
  log.length = 0;
  sessions[0]?.fails("again");
  sessions[0]?.accepts();
  assert.deepEqual(log, []);
  assert.equal(client.connected, false);
  clock.advance(1000);
  assert.equal(sessions.length, 2);
});

test("close is deferred out of a callback, says DISCONNECT, and is the end", () => {
  const { client, clock, sessions, session, log } = connected();
  client.listener = {
    onMessage: () => client.close(),
    onConnected: () => undefined,
    onDisconnected: () => log.push("disconnected"),
  };
  session().delivers("a", Uint8Array.of(1));
  assert.equal(session().isClosed, false);
  assert.equal(session().written.at(-1)?.options?.operation, operations.DISCONNECT);
  clock.advance(1_000_000);
  assert.equal(session().isClosed, true);
  assert.equal(sessions.length, 1);
  assert.deepEqual(log, ["disconnected"]);
  assert.equal(clock.pending, 0);
});

test("close in onDisconnected stops it from coming back", () => {
  const { client, clock, sessions, session } = connected();
  client.listener = {
    onMessage: () => undefined,
    onConnected: () => undefined,
    onDisconnected: () => client.close(),
  };
  session().fails();
  clock.advance(1_000_000);
  assert.equal(sessions.length, 1);
});

test("connect after close connects again", () => {
  const { client, sessions } = connected();
  client.close();
  client.connect();
  assert.equal(sessions.length, 2);
});
