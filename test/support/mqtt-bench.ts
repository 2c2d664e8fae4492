// SPDX-License-Identifier: MIT
import MQTTClient, { type MqttClientOptions } from "xs-ota/common/network/mqtt-client";
import { encodeUtf8 } from "xs-ota/job/utf8";
import { ManualClock } from "./manual-clock.js";
import { ScriptedTcp } from "./scripted-tcp.js";

export const CONNACK = [0x20, 2, 0, 0];
/** Bytes that the socket takes at a time. */
export const ROOM = 1000;

type Callbacks = Partial<MqttClientOptions>;

export interface Bench {
  readonly tcp: ScriptedTcp;
  readonly clock: ManualClock;
  readonly client: MQTTClient;
  readonly log: string[];
}

/** A client before its socket connects, and a log of what it tells. */
export function opened(options: Callbacks = {}): Bench {
  const tcp = new ScriptedTcp();
  const clock = new ManualClock();
  const log: string[] = [];
  const client = new MQTTClient({
    host: "broker",
    socket: { io: tcp.io },
    clock,
    onControl: ({ operation, id }) => log.push(`control ${operation} ${id ?? ""}`.trim()),
    onReadable: (count, { more, topic }) => log.push(`readable ${count} ${topic ?? "-"} ${more}`),
    onWritable: count => log.push(`writable ${count}`),
    onError: error => log.push(String(error)),
    ...options,
  });
  return { tcp, clock, client, log };
}

/** A client with a session, its log empty and nothing sent. */
export function connected(options: Callbacks = {}): Bench {
  const bench = opened(options);
  bench.tcp.takes(ROOM);
  bench.tcp.gives(CONNACK);
  bench.tcp.takes(ROOM);
  bench.tcp.sent = [];
  bench.log.length = 0;
  return bench;
}

/** A PUBLISH as a broker sends it; of QoS 1 when it has an id. */
export function message(topic: string, payload: string, id = 0): number[] {
  const name = encodeUtf8(topic);
  const ids = id === 0 ? [] : [id >> 8, id & 0xff];
  const body = [name.length >> 8, name.length & 0xff, ...name, ...ids, ...encodeUtf8(payload)];
  return [id === 0 ? 0x30 : 0x32, body.length, ...body];
}
