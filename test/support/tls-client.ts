// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import type { HttpSessionClass } from "xs-ota/common/http";
import type { Socket, SocketClass } from "xs-ota/common/network/socket";
import { decodeBase64 } from "xs-ota/job/base64";
import type { Clock } from "xs-ota/pal/clock";

/** A certificate and its private key, DER in base64. */
interface Base64Identity {
  readonly certificate: string;
  readonly key: string;
}

/** Made by test/support/tls-servers.ts. */
export interface TlsVectors {
  /** On 127.0.0.1, by what the server does. */
  readonly ports: Readonly<Record<string, number>>;
  readonly root: string;
  readonly strangerRoot: string;
  readonly ec: Base64Identity;
  readonly rsa: Base64Identity;
}

/** What a host supplies. */
export interface TlsHost {
  readonly TLSSocket: SocketClass;
  readonly TCP: SocketClass;
  readonly HTTPClient: HttpSessionClass;
  readonly clock: Clock;
  readonly vectors: TlsVectors;
  /** Whether it knows the time of day: else certificates' dates are not looked at. */
  readonly hasTimeOfDay: boolean;
}

export function derOf(base64: string): ArrayBuffer {
  const bytes = decodeBase64(base64);
  assert.ok(bytes);
  return bytes.slice().buffer;
}

export const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, c => c.charCodeAt(0));
/** What is sent and expected where it does not matter: `count` bytes from the one at `first`. */
export const pattern = (count: number, first = 0): Uint8Array =>
  Uint8Array.from({ length: count }, (_, at) => (first + at) % 251);

export interface ClientOptions {
  /** Which key the device shows; none: no certificate. */
  readonly identity?: "ec" | "rsa" | "none";
  readonly root?: string;
  readonly serverName?: string;
  readonly protocol?: string;
  /** Called when the connection can be written for the first time. */
  readonly onOpen?: (client: Client) => void;
  /** Called before each reading; false leaves the bytes where they are. */
  readonly onData?: (client: Client) => boolean;
}

/** A connection, and all that is told of it. */
export class Client {
  readonly socket: Socket;
  /** Bytes received. */
  count = 0;
  /** The first of them. */
  text = "";
  /** How many of them are not those of the pattern. */
  mismatches = 0;
  room = 0;
  readable = 0;
  /** Told once: undefined while it lives. */
  error: Error | undefined;
  errors = 0;
  #wake: (() => void) | undefined;

  constructor(host: TlsHost, server: string, options: ClientOptions = {}) {
    const { TLSSocket, TCP, vectors } = host;
    this.socket = new TLSSocket({
      host: "127.0.0.1",
      port: vectors.ports[server] ?? 0,
      ...({ TCP: { io: TCP }, secure: secureOf(vectors, options) } as object),
      onReadable: count => this.#onReadable(count, options),
      onWritable: count => {
        const isFirst = this.room === 0;
        this.room = count;
        if (isFirst) options.onOpen?.(this);
        this.#wake?.();
      },
      onError: error => {
        this.errors++;
        this.error = error as Error;
        this.#wake?.();
      },
    });
    this.socket.format = "buffer";
  }

  #onReadable(count: number, { onData }: ClientOptions): void {
    this.readable = count;
    if (onData?.(this) ?? true) this.take(count);
    this.#wake?.();
  }

  take(count: number): void {
    const bytes = new Uint8Array(count);
    this.socket.read(bytes);
    this.readable -= count;
    for (const byte of bytes) {
      if (byte !== this.count++ % 251) this.mismatches++;
      if (this.text.length < 32) this.text += String.fromCharCode(byte);
    }
  }

  send(bytes: Uint8Array): void {
    this.room = Number(this.socket.write(bytes));
  }

  /** Resolves when `holds` does; it is asked at each event. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
  }

  /** Sends `count` bytes of the pattern to a server that sends them back. */
  async exchange(count: number): Promise<void> {
    const end = this.count + count;
    for (let at = this.count; at < end;) {
      await this.#progress(() => this.room > 0);
      const piece = pattern(Math.min(end - at, this.room, 1024), at);
      this.send(piece);
      at += piece.length;
    }
    await this.#progress(() => this.count >= end);
    assert.equal(this.count, end);
    assert.equal(this.mismatches, 0);
  }

  async #progress(holds: () => boolean): Promise<void> {
    await this.until(() => holds() || this.error !== undefined);
    if (this.error !== undefined) throw this.error;
  }

  async failure(): Promise<string> {
    await this.until(() => this.error !== undefined);
    return String(this.error?.message);
  }
}

/** The option `secure` of a TLS socket. */
export function secureOf(vectors: TlsVectors, options: ClientOptions): object {
  const { identity = "ec", root = vectors.root, serverName, protocol } = options;
  return {
    certificate: derOf(root),
    ...(identity !== "none" && {
      clientCertificates: [derOf(vectors[identity].certificate)],
      clientKey: derOf(vectors[identity].key),
    }),
    ...(serverName !== undefined && { serverName }),
    ...(protocol !== undefined && { applicationLayerProtocolNegotiation: protocol }),
  };
}
