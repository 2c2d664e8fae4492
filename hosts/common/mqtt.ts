// SPDX-License-Identifier: MIT
import { backoffMs } from "xs-ota/pal/backoff";
import type { Clock, ClockTimer } from "xs-ota/pal/clock";
import { OtaError } from "xs-ota/pal/error";
import type { MqttClient, MqttListener, MqttQos } from "xs-ota/pal/mqtt";
import { MqttInbox, type IncomingMessage } from "./mqtt-inbox.js";
import { MqttOutbox } from "./mqtt-outbox.js";
import type {
  ControlMessage,
  MessagePiece,
  MqttSession,
  MqttSessionClass,
  SessionOptions,
} from "./mqtt-session.js";
import { operations } from "./network/mqtt-operations.js";

/** Milliseconds from opening a connection to the broker's CONNACK. */
const CONNECT_TIMEOUT_MS = 30_000;
/** Waiting before a new attempt, doubled at each failure. Source: AWS IoT, "Device reconnect behaviour". */
const FIRST_DELAY_MS = 1_000;
const LAST_DELAY_MS = 120_000;
/** A connection that has lasted so long counts as good: the next delay is the first again. Source: AWS Mobile SDK, "minimumConnectionTimeInterval". */
const STABLE_MS = 20_000;
/** Milliseconds without PUBACK after which a message is sent again. */
const RESEND_MS = 20_000;

export interface EcmaMqttOptions {
  /** The class that `embedded:network/mqtt/client` gives. */
  readonly MQTTClient: MqttSessionClass;
  readonly session: SessionOptions;
  readonly clock: Clock;
  /** A number in [0, 1). */
  random(): number;
  /** Where incoming payloads are put together; the application's own, so that nothing is allocated for them. */
  readonly payloadBuffer?: Uint8Array;
  /** Longest payload taken, in bytes; 16 KiB when absent. Longer ones are dropped and told to `onError`. */
  readonly maxPayload?: number;
  /** Bytes of messages that may wait to be sent or acknowledged; 16 KiB when absent. */
  readonly queueCapacity?: number;
  /** Whatever went wrong, for logs: the client goes on by itself. */
  onError?(error: unknown): void;
}

type State = "closed" | "waiting" | "connecting" | "connected";

/**
 * The agent's MQTT over `embedded:network/mqtt/client`, the SDK's or ours: connects, reconnects with back-off
 * and jitter, sends messages of QoS 1 again until they are acknowledged, or until connections
 * keep ending at one, and puts incoming ones together.
 * Never closes a session inside one of its callbacks, which would abort the SDK's.
 */
export class EcmaMqttClient implements MqttClient {
  listener: MqttListener | undefined;
  readonly #options: EcmaMqttOptions;
  readonly #clock: Clock;
  readonly #inbox: MqttInbox;
  readonly #outbox: MqttOutbox;
  #state: State = "closed";
  #session: MqttSession | undefined;
  /** Counts the sessions, so that a late callback of an old one is known. */
  #attempt = 0;
  /** Delays so far without a stable connection. */
  #failures = 0;
  #connectedAt = 0;
  #isSessionWhole = true;
  /** By state: until the next attempt, until CONNACK, until a message is sent again. */
  #timer: ClockTimer | undefined;

  constructor(options: EcmaMqttOptions) {
    const { payloadBuffer = new Uint8Array(0), maxPayload = 16_384 } = options;
    this.#options = options;
    this.#clock = options.clock;
    this.#inbox = new MqttInbox(payloadBuffer, maxPayload);
    this.#outbox = new MqttOutbox(options.queueCapacity ?? 16_384);
  }

  get connected(): boolean {
    return this.#state === "connected";
  }

  /** Connects, and from now on reconnects, until `close`. Harmless when it does already. */
  connect(): void {
    if (this.#state === "closed") this.#open();
  }

  /** Says DISCONNECT and stays away. The listener hears `onDisconnected` if it was connected. */
  close(): void {
    const wasConnected = this.connected;
    if (wasConnected) this.#disconnect();
    this.#leave("closed");
    if (wasConnected) this.listener?.onDisconnected();
  }

  subscribe(topicFilter: string, qos: MqttQos): void {
    this.#request(operations.SUBSCRIBE, topicFilter, qos);
  }

  unsubscribe(topicFilter: string, qos: MqttQos): void {
    this.#request(operations.UNSUBSCRIBE, topicFilter, qos);
  }

  publish(topic: string, payload: Uint8Array, qos: MqttQos): void {
    const session = this.#connectedSession();
    this.#outbox.addMessage(session, this.#clock.now(), topic, qos, payload);
    this.#armResend();
  }

  #request(operation: number, topicFilter: string, qos: MqttQos): void {
    const session = this.#connectedSession();
    this.#outbox.addRequest(operation, topicFilter, qos);
    this.#outbox.flush(session, this.#clock.now());
  }

  #connectedSession(): MqttSession {
    if (this.#session === undefined || this.#state !== "connected") {
      throw new OtaError("mqtt-failed", "mqtt: not connected");
    }
    return this.#session;
  }

  #open(): void {
    const attempt = ++this.#attempt;
    this.#state = "connecting";
    this.#setTimer(CONNECT_TIMEOUT_MS, () => this.#lose(new Error("mqtt: no connection in time")));
    const current = <T extends unknown[]>(handle: (...values: T) => void) => {
      return (...values: T): void => {
        if (attempt === this.#attempt) handle(...values);
      };
    };
    try {
      const session = new this.#options.MQTTClient({
        ...this.#options.session,
        onControl: current((message: ControlMessage) => this.#answer(message)),
        onReadable: current((count: number, piece: MessagePiece) => this.#receive(count, piece)),
        onWritable: current((count: number) => this.#send(count)),
        onError: current((error: unknown) => this.#lose(error)),
      });
      if (attempt === this.#attempt) this.#session = session;
    } catch (error) {
      this.#lose(error);
    }
  }

  #answer(message: ControlMessage): void {
    if (message.operation === operations.CONNACK) {
      this.#enter(message.sessionPresent === true);
      return;
    }
    if (message.id !== undefined) this.#outbox.acknowledge(message.id);
    if (message.operation === operations.SUBACK && [...(message.payload ?? [])].includes(0x80)) {
      this.#options.onError?.(new Error("mqtt: the broker refused a subscription"));
    }
  }

  #enter(sessionPresent: boolean): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#state = "connected";
    this.#connectedAt = this.#clock.now();
    const resumed = sessionPresent && this.#isSessionWhole;
    this.#isSessionWhole = true;
    this.listener?.onConnected(resumed);
  }

  #receive(count: number, piece: MessagePiece): void {
    const message = this.#take(count, piece);
    if (message !== undefined) this.listener?.onMessage(message.topic, message.payload);
  }

  #take(count: number, piece: MessagePiece): IncomingMessage | undefined {
    try {
      return this.#session && this.#inbox.receive(this.#session, count, piece);
    } catch (error) {
      this.#options.onError?.(error);
      return undefined;
    }
  }

  #send(room: number): void {
    if (this.#session === undefined || this.#state !== "connected") return;
    this.#outbox.offer(this.#session, this.#clock.now(), room);
    this.#armResend();
  }

  #armResend(): void {
    if (this.#timer !== undefined || !this.#outbox.awaitsAcknowledgement) return;
    this.#setTimer(RESEND_MS, () => {
      this.#outbox.resend(this.#clock.now() - RESEND_MS / 2);
      if (this.#session !== undefined) this.#outbox.flush(this.#session, this.#clock.now());
      this.#armResend();
    });
  }

  #lose(error: unknown): void {
    const wasConnected = this.connected;
    if (wasConnected && this.#clock.now() - this.#connectedAt >= STABLE_MS) this.#failures = 0;
    const dropped = this.#outbox.blame();
    this.#leave("waiting");
    const random = this.#options.random();
    const delayMs = backoffMs(this.#failures++, FIRST_DELAY_MS, random, LAST_DELAY_MS);
    this.#setTimer(delayMs, () => this.#open());
    this.#options.onError?.(error);
    if (dropped !== undefined) this.#options.onError?.(dropped);
    if (wasConnected) this.listener?.onDisconnected();
  }

  /** Leaves the session, if there is one, without telling the listener: it may call back at once. */
  #leave(state: "closed" | "waiting"): void {
    if (this.connected) this.#isSessionWhole = !this.#outbox.changesSubscriptions;
    const session = this.#session;
    this.#state = state;
    this.#session = undefined;
    this.#attempt++;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#outbox.reset();
    if (session !== undefined) this.#clock.after(0, () => session.close());
  }

  #disconnect(): void {
    try {
      this.#session?.write(undefined, { operation: operations.DISCONNECT });
    } catch {
      // In the middle of a message, or without room: the broker sees the connection close instead.
    }
  }

  #setTimer(delayMs: number, run: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.after(delayMs, () => {
      this.#timer = undefined;
      run();
    });
  }
}
Object.freeze(EcmaMqttClient.prototype);
