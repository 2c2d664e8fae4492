// SPDX-License-Identifier: MIT
import type { DnsSource, SocketSource } from "./network/socket.js";

/** A packet that the broker answered with. */
export interface ControlMessage {
  readonly operation: number;
  readonly id?: number;
  /** CONNACK, where the module tells it; the SDK's does not. */
  readonly sessionPresent?: boolean;
  /** SUBACK: what was granted; 0x80 is refused. */
  readonly payload?: Iterable<number>;
}

/** A piece of a message that can be read; topic and length come with the first. */
export interface MessagePiece {
  readonly more: boolean;
  readonly topic?: string;
  readonly byteLength?: number;
}

export interface SessionWrite {
  readonly operation?: number;
  readonly id?: number;
  readonly topic?: string;
  readonly QoS?: 0 | 1;
  readonly duplicate?: boolean;
  readonly byteLength?: number;
  readonly items?: readonly { readonly topic: string; readonly QoS: 0 | 1 }[];
}

/** One connection: an instance of `embedded:network/mqtt/client`, the SDK's or ours. */
export interface MqttSession {
  /** @returns bytes that can be written now. @throws Error when it does not fit. */
  write(data: Uint8Array | undefined, options?: SessionWrite): number;
  read(into: Uint8Array): unknown;
  close(): void;
}

export interface SessionEvents {
  onControl(message: ControlMessage): void;
  onReadable(count: number, piece: MessagePiece): void;
  onWritable(count: number): void;
  onError(error?: unknown): void;
}

/** What a session is opened with, besides its events. */
export interface SessionOptions {
  readonly host: string;
  readonly port: number;
  /** The client id; AWS IoT policies usually want the thing name. */
  readonly id: string;
  /** Milliseconds; 0 is none. AWS IoT takes 30 s to 20 minutes. */
  readonly keepAlive: number;
  readonly clean: boolean;
  readonly user?: string;
  readonly password?: string | Uint8Array;
  /** Goes to the module as it is: `{io, …}`. */
  readonly socket: SocketSource;
  /** Goes to the module as it is; the SDK's needs one, ours does not. */
  readonly dns?: DnsSource;
}

/** The class `embedded:network/mqtt/client`, as a value, so that tests can bring their own. */
export type MqttSessionClass = new (options: SessionOptions & SessionEvents) => MqttSession;
