// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { EcmaMqttClient, type EcmaMqttOptions } from "xs-ota/common/mqtt";
import type { MqttListener } from "xs-ota/pal/mqtt";
import { ManualClock } from "./manual-clock.js";
import { ScriptedSession } from "./scripted-session.js";
import { ScriptedTcp } from "./scripted-tcp.js";

export interface Bench {
  readonly client: EcmaMqttClient;
  readonly clock: ManualClock;
  readonly sessions: readonly ScriptedSession[];
  readonly log: string[];
  /** The newest session. */
  readonly session: () => ScriptedSession;
}

/** A client before it connects, and a log of what it tells. */
export function bench(
  options: Partial<EcmaMqttOptions> = {},
  listener: Partial<MqttListener> = {},
): Bench {
  const { MQTTClient, sessions } = ScriptedSession.module();
  const clock = new ManualClock();
  const log: string[] = [];
  const client = new EcmaMqttClient({
    MQTTClient,
    clock,
    random: () => 1,
    session: {
      host: "broker",
      port: 1883,
      id: "thing",
      keepAlive: 0,
      clean: true,
      socket: { io: new ScriptedTcp().io },
    },
    onError: error => log.push(String(error)),
    ...options,
  });
  client.listener = {
    onConnected: resumed => log.push(`connected ${resumed}`),
    onDisconnected: () => log.push("disconnected"),
    onMessage: (topic, payload) => log.push(`message ${topic} ${payload.length}`),
    ...listener,
  };
  const session = (): ScriptedSession => sessions.at(-1) ?? assert.fail("no session");
  return { client, clock, sessions, log, session };
}

/** A client with a session, its log empty. */
export function connected(options: Partial<EcmaMqttOptions> = {}): Bench {
  const made = bench(options);
  made.client.connect();
  made.session().accepts();
  made.log.length = 0;
  return made;
}
