// SPDX-License-Identifier: MIT

/** Quality of service: 0 is at most once, 1 at least once. Source: MQTT 3.1.1 section 4.3. */
export type MqttQos = 0 | 1;

/** What the agent hears, never from inside a call it makes. Payloads are valid only during the call. */
export interface MqttListener {
  onMessage(topic: string, payload: Uint8Array): void;
  /** A session is up; `resumed` means that the broker kept the subscriptions of the last one. */
  onConnected(resumed: boolean): void;
  onDisconnected(): void;
}

/**
 * The MQTT connection, shared with the application: the three calls of the C library's
 * OtaMqttInterface_t, and what the agent hears. The host or the application connects and reconnects.
 */
export interface MqttClient {
  readonly connected: boolean;
  /** Set by the agent while it runs, `undefined` otherwise. Called for every message that arrives. */
  listener: MqttListener | undefined;
  /** @throws OtaError "mqtt-failed" when not connected, or when its buffer is full. */
  subscribe(topicFilter: string, qos: MqttQos): void;
  /** @throws OtaError "mqtt-failed" when not connected, or when its buffer is full. */
  unsubscribe(topicFilter: string, qos: MqttQos): void;
  /** The caller keeps `payload`. @throws OtaError "mqtt-failed" when not connected, or when its buffer is full. */
  publish(topic: string, payload: Uint8Array, qos: MqttQos): void;
}
