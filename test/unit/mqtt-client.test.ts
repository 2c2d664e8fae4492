// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import MQTTClient from "xs-ota/common/network/mqtt-client";
import { decodeUtf8 } from "xs-ota/job/utf8";
import { CONNACK, connected, message, opened, ROOM } from "xs-ota/test/support/mqtt-bench";
import { ManualClock } from "xs-ota/test/support/manual-clock";
import { ScriptedTcp } from "xs-ota/test/support/scripted-tcp";

const CONNECT = 0x10;
const text = (bytes: ArrayBuffer | undefined): string =>
  decodeUtf8(new Uint8Array(bytes ?? new ArrayBuffer(0)));

test("CONNECT goes out when the socket connects, and CONNACK makes the session", () => {
  const { tcp, log } = opened({ id: "x" });
  assert.deepEqual(tcp.sent, []);
  tcp.takes(ROOM);
  assert.equal(tcp.sent[0], CONNECT);
  assert.deepEqual(log, []);
  tcp.gives(CONNACK);
  assert.deepEqual(log, ["control 2", `writable ${ROOM - tcp.sent.length - 8}`]);
});

test("a CONNECT longer than the socket takes goes out in pieces", () => {
  const { tcp } = opened({ user: "u".repeat(100) });
  tcp.takes(50);
  assert.equal(tcp.sent.length, 50);
  tcp.takes(50);
  tcp.takes(50);
  assert.equal(tcp.sent.length, 2 + 10 + 2 + 2 + 100);
});

test("a refused connection is an error", () => {
  const { tcp, log } = opened();
  tcp.takes(ROOM);
  tcp.gives([0x20, 2, 0, 5]);
  assert.deepEqual(log, ["Error: mqtt: the broker refused the connection, code 5"]);
  assert.ok(tcp.isClosed);
});

test("a packet before CONNACK, or a second CONNACK, is an error", () => {
  const early = opened();
  early.tcp.takes(ROOM);
  early.tcp.gives([0x40, 2, 0, 1]);
  assert.equal(early.log.length, 1);
  assert.ok(early.tcp.isClosed);
  const twice = connected();
  twice.tcp.gives(CONNACK);
  assert.equal(twice.log.length, 1);
  assert.ok(twice.tcp.isClosed);
});

test("a message before CONNACK is an error", () => {
  const { tcp, log } = opened();
  tcp.takes(ROOM);
  tcp.gives(message("t", "hello"));
  assert.equal(log.length, 1);
  assert.match(log[0] ?? "", /out of turn/u);
});

test("no CONNACK within 30 s is an error", () => {
  const { tcp, clock, log } = opened();
  tcp.takes(ROOM);
  clock.advance(29_999);
  assert.deepEqual(log, []);
  clock.advance(1);
  assert.equal(log.length, 1);
  assert.ok(tcp.isClosed);
});

test("a message is offered in the pieces in which it arrives", () => {
  const read: string[] = [];
  const { tcp, log } = connected({
    onReadable(count, { topic, more }) {
      read.push(`${topic ?? "-"} ${text(this.read(count))} ${more}`);
    },
  });
  const stream = message("a/b", "hello");
  tcp.gives(stream.slice(0, 9));
  tcp.gives(stream.slice(9));
  assert.deepEqual(read, ["a/b he true", "- llo false"]);
  assert.deepEqual(log, []);
});

test("messages in one segment are told one after the other", () => {
  const read: string[] = [];
  const { tcp } = connected({
    onReadable(_, { topic }) {
      read.push(`${topic ?? "-"} ${text(this.read())}`);
    },
  });
  tcp.gives([...message("a", "1"), ...message("b", "2"), ...message("c", "3")]);
  assert.deepEqual(read, ["a 1", "b 2", "c 3"]);
});

test("an empty message is told", () => {
  const { tcp, log } = connected();
  tcp.gives([...message("a", ""), ...message("b", "")]);
  assert.deepEqual(log, ["readable 0 a false", "readable 0 b false"]);
});

test("what is not read in the callback can be read later, and only then the next message comes", () => {
  const { tcp, clock, client, log } = connected();
  tcp.gives([...message("a", "one"), ...message("b", "two")]);
  assert.deepEqual(log, ["readable 3 a false"]);
  assert.equal(text(client.read(2)), "on");
  const rest = new Uint8Array(9);
  assert.equal(client.read(rest), 1);
  assert.equal(rest[0], "e".charCodeAt(0));
  assert.equal(log.length, 1, "not from inside read");
  clock.advance(0);
  assert.equal(log[1], "readable 3 b false");
});

test("read gives nothing when there is nothing", () => {
  const { client } = connected();
  assert.equal(client.read(), undefined);
  assert.equal(client.read(new Uint8Array(4)), undefined);
});

test("a view of multi-byte elements is refused", () => {
  const { tcp, client } = connected();
  tcp.gives(message("a", "1234"));
  assert.throws(() => client.read(new Uint16Array(2)), TypeError);
});

test("a message of QoS 1 is acknowledged once it has been read", () => {
  const { tcp, clock, client } = connected();
  tcp.gives(message("a", "x", 0x0102));
  assert.deepEqual(tcp.sent, []);
  client.read();
  clock.advance(0);
  assert.deepEqual(tcp.sent, [0x40, 2, 1, 2]);
});

test("close inside any callback is the end, without a further callback", () => {
  for (const name of ["onControl", "onReadable", "onWritable"] as const) {
    let calls = 0;
    const bench = opened({
      [name](this: MQTTClient) {
        calls++;
        this.close();
      },
    });
    bench.tcp.takes(ROOM);
    bench.tcp.gives([...CONNACK, ...message("a", "1"), ...message("b", "2")]);
    bench.tcp.takes(ROOM);
    bench.clock.advance(1_000_000);
    assert.equal(calls, 1, name);
    assert.ok(bench.tcp.isClosed, name);
    assert.equal(bench.clock.pending, 0, name);
  }
});

test("close inside onError is harmless", () => {
  let calls = 0;
  const { tcp } = connected({
    onError() {
      calls++;
      this.close();
    },
  });
  tcp.fails();
  tcp.fails();
  assert.equal(calls, 1);
});

test("an error that the application throws reaches the socket, and the client stays usable", () => {
  let calls = 0;
  const { tcp, client, clock, log } = connected({
    onReadable() {
      calls++;
      if (calls === 1) throw new RangeError("mine");
    },
  });
  assert.throws(() => tcp.gives([...message("a", "1"), ...message("b", "2")]), /mine/u);
  client.read();
  clock.advance(0);
  assert.equal(calls, 2);
  assert.deepEqual(log, []);
});

test("the client pings twice in a keep-alive interval and gives a silent broker up after one and a half", () => {
  const { tcp, clock, log } = connected({ keepAlive: 1500 });
  clock.advance(1000);
  assert.deepEqual(tcp.sent, [0xc0, 0]);
  tcp.gives([0xd0, 0]);
  clock.advance(2999);
  assert.deepEqual(log, ["control 13"]);
  clock.advance(1);
  assert.equal(log.at(-1), "Error: mqtt: the broker is silent");
});

test("a broker that takes no acknowledgements is not read from for ever", () => {
  const { tcp } = connected({
    onReadable() {
      this.read();
    },
  });
  tcp.takes(0);
  const flood: number[] = [];
  for (let id = 1; id <= 100; id++) flood.push(...message("a", "x", id));
  tcp.gives(flood);
  assert.ok(tcp.unread > flood.length / 2, "most stays in the socket");
  for (let at = 0; at < 20; at++) tcp.takes(ROOM);
  assert.equal(tcp.unread, 0);
  assert.equal(tcp.sent.length, 400, "and every message is acknowledged in the end");
});

test("a name is resolved where a resolver is given", () => {
  const tcp = new ScriptedTcp();
  const asked: string[] = [];
  let resolved: (() => void) | undefined;
  class Resolver {
    resolve(options: { host: string; onResolved(host: string, address: string): void }): void {
      asked.push(options.host);
      resolved = () => options.onResolved(options.host, "192.0.2.1");
    }
  }
  const client = new MQTTClient({
    host: "broker",
    socket: { io: tcp.io },
    dns: { io: Resolver },
    clock: new ManualClock(),
  });
  assert.deepEqual(asked, ["broker"]);
  client.close();
  resolved?.();
  assert.ok(tcp.isClosed, "a socket that comes after close is closed");
});

test("a name that does not resolve is an error", () => {
  const errors: unknown[] = [];
  class Resolver {
    resolve(options: { onError(): void }): void {
      options.onError();
    }
  }
  new MQTTClient({
    host: "broker",
    socket: { io: new ScriptedTcp().io },
    dns: { io: Resolver },
    clock: new ManualClock(),
    onError: error => errors.push(error),
  });
  assert.equal(errors.length, 1);
});

test("an empty host is refused", () => {
  assert.throws(() => opened({ host: "" }), /host required/u);
});
