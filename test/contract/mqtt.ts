// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { OtaError } from "xs-ota/pal/error";
import type { MqttClient, MqttListener } from "xs-ota/pal/mqtt";

/** A client that connects to a broker of its own, by itself. */
export interface MqttPort {
  readonly client: MqttClient;
  /** Breaks the connection; the client may come back at once. */
  drop(): void;
  /** Ends client and broker. */
  close(): Promise<void> | void;
}

type Event = ["message", string, Uint8Array] | ["connected", boolean] | ["disconnected"];

/** Keeps what happened, and gives it one by one. */
class Recorder implements MqttListener {
  readonly #events: Event[] = [];
  #wake: (() => void) | undefined;

  onMessage(topic: string, payload: Uint8Array): void {
    this.#add(["message", topic, payload.slice()]);
  }

  onConnected(resumed: boolean): void {
    this.#add(["connected", resumed]);
  }

  onDisconnected(): void {
    this.#add(["disconnected"]);
  }

  async next(): Promise<Event> {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) return event;
      await new Promise<void>(resolve => (this.#wake = resolve));
    }
  }

  /** The next event of a kind; others before it are passed over. */
  async nextOf<K extends Event[0]>(kind: K): Promise<Extract<Event, [K, ...unknown[]]>> {
    for (;;) {
      const event = await this.next();
      if (event[0] === kind) return event as Extract<Event, [K, ...unknown[]]>;
    }
  }

  #add(event: Event): void {
    this.#events.push(event);
    this.#wake?.();
  }
}

const isMqttFailed = (error: unknown): boolean =>
  error instanceof OtaError && error.code === "mqtt-failed";

const pattern = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => (at * 7 + length) % 256);

/** What pal/mqtt.ts promises. @param open gives a client that is connecting, or connected. */
export function describeMqtt(name: string, open: () => Promise<MqttPort> | MqttPort): void {
  const on = (what: string, run: (port: MqttPort, heard: Recorder) => Promise<void>): void => {
    test(`${name}: ${what}`, async () => {
      const port = await open();
      const heard = new Recorder();
      port.client.listener = heard;
      try {
        if (!port.client.connected) await heard.nextOf("connected");
        await run(port, heard);
      } finally {
        await port.close();
      }
    });
  };

  for (const qos of [0, 1] as const) {
    for (const length of [0, 1, 300, 12_000]) {
      on(`a message of ${length} bytes and QoS ${qos} arrives whole, once`, async (port, heard) => {
        const payload = pattern(length);
        port.client.subscribe("a/b", qos);
        port.client.publish("a/b", payload, qos);
        port.client.publish("a/b", Uint8Array.of(1), qos);
        assert.deepEqual(await heard.next(), ["message", "a/b", payload]);
        assert.deepEqual(await heard.next(), ["message", "a/b", Uint8Array.of(1)]);
      });
    }
  }

  on("the caller may reuse the payload as soon as publish returns", async (port, heard) => {
    port.client.subscribe("a", 1);
    const payload = pattern(2000);
    for (const qos of [0, 1] as const) {
      payload.set(pattern(2000));
      port.client.publish("a", payload, qos);
      payload.fill(0);
      assert.deepEqual(await heard.next(), ["message", "a", pattern(2000)]);
    }
  });

  on("a wildcard subscription hears every topic under it", async (port, heard) => {
    port.client.subscribe("things/+/jobs/#", 0);
    port.client.publish("things/x/jobs/notify", Uint8Array.of(1), 0);
    port.client.publish("things/x/other", Uint8Array.of(2), 0);
    port.client.publish("things/é/jobs/é/accepted", Uint8Array.of(3), 0);
    assert.deepEqual(await heard.next(), ["message", "things/x/jobs/notify", Uint8Array.of(1)]);
    assert.deepEqual(await heard.next(), ["message", "things/é/jobs/é/accepted", Uint8Array.of(3)]);
  });

  on("unsubscribe ends a subscription", async (port, heard) => {
    port.client.subscribe("a", 0);
    port.client.subscribe("b", 0);
    port.client.publish("a", Uint8Array.of(1), 0);
    assert.deepEqual(await heard.next(), ["message", "a", Uint8Array.of(1)]);
    port.client.unsubscribe("a", 0);
    // A broker may deliver what came before its UNSUBACK; once "b" is back, it has sent that.
    port.client.publish("b", Uint8Array.of(2), 0);
    assert.deepEqual(await heard.next(), ["message", "b", Uint8Array.of(2)]);
    port.client.publish("a", Uint8Array.of(3), 0);
    port.client.publish("b", Uint8Array.of(4), 0);
    assert.deepEqual(await heard.next(), ["message", "b", Uint8Array.of(4)]);
  });

  on("messages arrive without a listener, and harm nothing", async (port, heard) => {
    port.client.subscribe("a", 0);
    port.client.publish("a", Uint8Array.of(1), 0);
    await heard.next();
    port.client.listener = undefined;
    port.client.publish("a", Uint8Array.of(2), 0);
    const later = new Recorder();
    port.client.listener = later;
    port.client.publish("a", Uint8Array.of(3), 0);
    const [, , payload] = await later.nextOf("message");
    assert.ok(payload[0] === 2 || payload[0] === 3);
  });

  on("a lost connection is told, refuses every call, and comes back", async (port, heard) => {
    port.drop();
    assert.deepEqual(await heard.next(), ["disconnected"]);
    assert.equal(port.client.connected, false);
    assert.throws(() => port.client.publish("a", pattern(3), 0), isMqttFailed);
    assert.throws(() => port.client.subscribe("a", 0), isMqttFailed);
    assert.throws(() => port.client.unsubscribe("a", 0), isMqttFailed);
    assert.deepEqual(await heard.next(), ["connected", false]);
    assert.equal(port.client.connected, true);
    port.client.subscribe("a", 0);
    port.client.publish("a", Uint8Array.of(1), 0);
    assert.deepEqual(await heard.next(), ["message", "a", Uint8Array.of(1)]);
  });

  on("a listener may publish, subscribe and unsubscribe in any callback", async (port, heard) => {
    const done = new Promise<void>(resolve => {
      port.client.listener = {
        onMessage(topic): void {
          port.client.unsubscribe(topic, 0);
          if (topic === "second") {
            resolve();
            return;
          }
          port.client.subscribe("second", 1);
          port.client.publish("second", pattern(1000), 1);
        },
        onConnected(): void {
          port.client.subscribe("first", 0);
          port.client.publish("first", pattern(10), 0);
        },
        onDisconnected: () => undefined,
      };
    });
    port.drop();
    await done;
    port.client.listener = heard;
  });

  on("a full buffer is refused, and empties again", async (port, heard) => {
    const payload = pattern(1000);
    port.client.subscribe("flood", 1);
    let accepted = 0;
    assert.throws(() => {
      for (; accepted < 100_000; accepted++) port.client.publish("flood", payload, 1);
    }, isMqttFailed);
    assert.ok(accepted > 0);
    for (let arrived = 0; arrived < accepted; arrived++) {
      assert.deepEqual(await heard.next(), ["message", "flood", payload]);
    }
    port.client.publish("flood", Uint8Array.of(1), 1);
    assert.deepEqual(await heard.next(), ["message", "flood", Uint8Array.of(1)]);
  });
}
