// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ConnectionOptions, openConnections } from "xs-ota/common/connections";
import { ManualClock } from "xs-ota/test/support/manual-clock";
import { ScriptedSession } from "xs-ota/test/support/scripted-session";
import { ScriptedTcp } from "xs-ota/test/support/scripted-tcp";

/** What a device hears of a payload of so many bytes. */
function heard(byteLength: number, options: ConnectionOptions): string[] {
  const { MQTTClient, sessions } = ScriptedSession.module();
  const { io: TCP } = new ScriptedTcp();
  const log: string[] = [];
  const { mqtt } = openConnections(
    { MQTTClient, openHttp: undefined, TCP, secure: { TCP, TLSSocket: TCP } },
    {
      identity: { thingName: "lamp-1", endpoint: { host: "broker", port: 1883 }, certificates: {} },
      clock: new ManualClock(),
      device: {
        resetReason: "power-on",
        restart: () => assert.fail("restarted"),
        random: () => 0.5,
      },
      onError: error => log.push(String(error)),
      ...options,
    },
  );
  mqtt.listener = {
    onConnected: () => undefined,
    onDisconnected: () => undefined,
    onMessage: (topic, payload) => log.push(`${topic}: ${payload.length}`),
  };
  const [session] = sessions;
  session?.accepts();
  session?.delivers("block", new Uint8Array(byteLength), 500);
  return log;
}

test("a device takes messages of 16 KiB, and drops and tells longer ones", () => {
  assert.deepEqual(heard(16_384, {}), ["block: 16384"]);
  assert.deepEqual(heard(16_385, {}), [
    "Error: mqtt: a message of 16385 bytes on block was dropped",
  ]);
});

test("an application may say that it takes longer ones", () => {
  assert.deepEqual(heard(40_000, { maxPayload: 40_000 }), ["block: 40000"]);
});
