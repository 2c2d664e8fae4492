// SPDX-License-Identifier: MIT
import { formatJson } from "xs-ota/job/json";
import { decodeUtf8, encodeUtf8 } from "xs-ota/job/utf8";
import { OtaError } from "xs-ota/pal/error";
import type { MqttClient, MqttListener, MqttQos } from "xs-ota/pal/mqtt";
import { hexOf } from "./hex.js";

/** An MQTT connection whose other end is the test: it writes down what is sent, in the form of golden-v330.txt. */
export class ScriptedMqtt implements MqttClient {
  listener: MqttListener | undefined;
  connected = true;
  /** How many of the next calls are refused, as by a full buffer. */
  refusals = 0;
  /** Lines such as `PUB q1 topic payload`; the payload of a stream in hexadecimal. */
  readonly sent: string[] = [];

  subscribe(topicFilter: string, qos: MqttQos): void {
    this.#send(`SUB q${qos} ${topicFilter}`);
  }

  unsubscribe(topicFilter: string, qos: MqttQos): void {
    this.#send(`UNS q${qos} ${topicFilter}`);
  }

  publish(topic: string, payload: Uint8Array, qos: MqttQos): void {
    const text = topic.includes("/streams/") ? hexOf(payload) : decodeUtf8(payload);
    this.#send(`PUB q${qos} ${topic} ${text}`);
  }

  #send(line: string): void {
    if (!this.connected) throw new OtaError("mqtt-failed", "not connected");
    if (this.refusals > 0) {
      this.refusals--;
      throw new OtaError("mqtt-failed", "the buffer is full");
    }
    this.sent.push(line);
  }

  /** What was sent since the last call. */
  take(): readonly string[] {
    return this.sent.splice(0);
  }

  /** Delivers a message; an object goes as JSON. */
  deliver(topic: string, payload: Uint8Array | object): void {
    const bytes = payload instanceof Uint8Array ? payload : encodeUtf8(formatJson(payload));
    this.listener?.onMessage(topic, bytes);
  }

  disconnect(): void {
    this.connected = false;
    this.listener?.onDisconnected();
  }

  connect(): void {
    this.connected = true;
    this.listener?.onConnected(false);
  }
}
