// SPDX-License-Identifier: MIT
import type { Clock, ClockTimer } from "xs-ota/pal/clock";
import { clock as hostClock } from "xs-ota/host/clock";
import { bytesOf, readFrom, type ReadTarget, type SocketOptions } from "../network/socket.js";
import type { Socket, SocketClass } from "../network/socket.js";
import { CHUNK_SIZE, outcomes, TlsEngine, type TlsOutcome } from "./engine.js";

type Bytes = ArrayBuffer | ArrayBufferView;

/** Source: Moddable SDK modules/crypt/ssl/ssl_session.js and ssl_cert.js, as far as its TLS socket documents them. */
export interface SecureOptions {
  /** Whom the certificate must name, and what the server is told; the socket's `host` when absent. */
  readonly serverName?: string;
  /** DER; the one root that is trusted. */
  readonly certificate: ArrayBuffer;
  /** DER, the device's own first. */
  readonly clientCertificates?: readonly ArrayBuffer[];
  /** Of the device's own certificate: PKCS #8, DER, an RSA key or one on P-256. */
  readonly clientKey?: ArrayBuffer;
  readonly applicationLayerProtocolNegotiation?: string;
}

export interface TlsSocketOptions extends Partial<SocketOptions> {
  readonly host: string;
  readonly port: number;
  /** The socket below, and whatever else its constructor is to be given. */
  readonly TCP: { readonly io: SocketClass };
  readonly secure: SecureOptions;
  readonly format?: "number" | "buffer";
  /** The host's when absent; for tests. */
  readonly clock?: Clock;
}

type State = "connecting" | "handshake" | "open" | "closed";

/**
 * The module `embedded:io/socket/tcp/tls` of our own hosts: a TLS 1.2 client over a TCP socket. The server must
 * have a certificate that the root signed, for its name, valid today where the device has a clock.
 * What goes wrong comes by `onError`, with an Error that says why; the socket is then closed.
 *
 * Source: Moddable SDK examples/io/tcp/tlssocket; ECMA-419 "TCP socket".
 */
export default class TLSSocket implements Socket {
  format: "number" | "buffer";
  readonly #options: TlsSocketOptions;
  readonly #clock: Clock;
  readonly #engine: TlsEngine;
  readonly #chunk = new Uint8Array(CHUNK_SIZE);
  readonly #tcp: Socket;
  #state: State = "connecting";
  /** Bytes that the TCP socket can be read, and be written. */
  #tcpReadable = 0;
  #tcpWritable = 0;
  /** Decrypted bytes so far. */
  #received = 0;
  /** Until what came while nobody had read yet is gone on with. */
  #turn: ClockTimer | undefined;
  /** The TCP socket's error, to be told once everything before it was read. */
  #loss: Error | undefined;

  /** @throws Error for a certificate or a key that cannot be used, or when the TCP socket cannot be made. */
  constructor(options: TlsSocketOptions) {
    this.#options = options;
    this.#clock = options.clock ?? hostClock;
    this.format = options.format ?? "buffer";
    this.#engine = openEngine(options);
    this.#tcp = new options.TCP.io({
      ...options.TCP,
      ...options,
      onReadable: count => this.#onReadable(count),
      onWritable: count => this.#onWritable(count),
      onError: () => this.#onError(),
    });
    this.#tcp.format = "buffer";
  }

  /**
   * Reads decrypted bytes. @returns a new buffer, or with a buffer the bytes read into it, or in the format "number"
   * one byte; `undefined` for nothing.
   */
  read(into?: ReadTarget): number | ArrayBuffer | undefined {
    if (this.#state === "closed") throw new Error("closed");
    const engine = this.#engine;
    if (this.format === "number") {
      const [byte] = engine.readable > 0 ? new Uint8Array(this.#take(1) as ArrayBuffer) : [];
      return byte;
    }
    return this.#take(into);
  }

  /** @returns the bytes that may still be written. @throws Error when longer than that. */
  write(value: Bytes | number): number {
    const bytes = typeof value === "number" ? new Uint8Array([value]) : bytesOf(value);
    if (this.#state !== "open") throw new Error("not connected");
    if (bytes.length > this.#room) throw new Error("would block");
    for (let sent = 0; sent < bytes.length;) {
      const taken = this.#engine.write(bytes.subarray(sent));
      sent += taken;
      if (this.#flush() > 0 || taken > 0) continue;
      this.#later(); // it has failed, and says so then
      break;
    }
    return this.#room;
  }

  /** Harmless in a callback, and twice. */
  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#turn?.cancel();
    this.#engine.end();
    this.#flush();
    this.#engine.close();
    this.#tcp.close();
  }

  /** Bytes that can be written: what the TCP socket takes, less what the records add. */
  get #room(): number {
    const { recordSize, recordOverhead } = this.#engine;
    const records = Math.ceil(this.#tcpWritable / (recordSize + recordOverhead));
    return Math.max(0, this.#tcpWritable - records * recordOverhead);
  }

  #take(into: ReadTarget | undefined): number | ArrayBuffer | undefined {
    const { value } = readFrom(this.#engine, this.#engine.readable, into);
    if (this.#engine.readable === 0) this.#later();
    return value;
  }

  #later(): void {
    this.#turn ??= this.#clock.after(0, () => {
      this.#turn = undefined;
      this.#serve();
    });
  }

  #onReadable(count: number): void {
    this.#tcpReadable = count;
    this.#serve();
  }

  #onWritable(count: number): void {
    const wasOpen = this.#isOpen();
    this.#tcpWritable = count;
    if (this.#state === "connecting") this.#state = "handshake";
    this.#flush();
    this.#serve();
    if (wasOpen && this.#isOpen()) this.#offerRoom();
  }

  #onError(): void {
    this.#tcpReadable = this.#tcpWritable = 0;
    this.#loss = this.#end();
    this.#serve();
  }

  /** What it means that the connection ends now. */
  #end(): Error {
    if (this.#state === "connecting") return new Error("tls: the server cannot be reached");
    if (this.#received > 0) return new Error("tls: the server closed the connection");
    const when = this.#isOpen()
      ? "after the handshake, before it sent anything"
      : "in the handshake";
    const why = this.#engine.isJudged ? ": it may not accept this device's certificate" : "";
    return new Error(`tls: the server closed the connection ${when}${why}`);
  }

  // A function, so that the compiler does not take the state for known across a callback.
  #isOpen(): boolean {
    return this.#state === "open";
  }

  /** Goes on as far as the server's bytes, room to send, and the application's reading let it. */
  #serve(): void {
    while (this.#state !== "closed" && this.#engine.readable === 0 && this.#follow(this.#step()));
  }

  #step(): TlsOutcome {
    if (this.#state === "connecting") return "hungry";
    this.#flush();
    return outcomes[this.#engine.step()] ?? "failed";
  }

  /** @returns whether to take the next step at once. */
  #follow(outcome: TlsOutcome): boolean {
    switch (outcome) {
      case "hungry":
        return this.#feed();
      case "full":
        return this.#tcpWritable > 0 || this.#failIfLost();
      case "opened":
        this.#state = "open";
        this.#offerRoom();
        return true;
      case "readable":
        return this.#offer(this.#engine.readable);
      case "ended":
        this.#fail(this.#end());
        return false;
      case "failed":
        this.#fail(new Error(`tls: ${this.#engine.problem}`));
        return false;
    }
  }

  #feed(): boolean {
    const piece = this.#chunk.subarray(0, this.#tcpReadable);
    if (piece.length === 0) return this.#failIfLost();
    this.#tcp.read(piece);
    this.#tcpReadable -= piece.length;
    this.#engine.feed(piece);
    return true;
  }

  /** Moves ciphertext to the TCP socket, as much as it takes. @returns bytes moved. */
  #flush(): number {
    let moved = 0;
    while (this.#tcpWritable > 0) {
      const count = this.#engine.give(this.#chunk.subarray(0, this.#tcpWritable));
      if (count === 0) break;
      const left = this.#tcp.write(this.#chunk.subarray(0, count));
      this.#tcpWritable = typeof left === "number" ? left : this.#tcpWritable - count;
      moved += count;
    }
    return moved;
  }

  /** @returns false: what comes next waits until this is read. */
  #offer(count: number): false {
    this.#received += count;
    this.#options.onReadable?.call(this, count);
    return false;
  }

  #offerRoom(): void {
    if (this.#room > 0) this.#options.onWritable?.call(this, this.#room);
  }

  /** To be called when nothing can be done any more before another event, which will not come. */
  #failIfLost(): false {
    if (this.#loss !== undefined) this.#fail(this.#loss);
    return false;
  }

  #fail(error: Error): void {
    this.close();
    this.#options.onError?.call(this, error);
  }
}
Object.freeze(TLSSocket.prototype);

function openEngine({ host, secure }: TlsSocketOptions): TlsEngine {
  const engine = new TlsEngine();
  engine.setServer(secure.serverName ?? host);
  engine.trust(secure.certificate);
  for (const certificate of secure.clientCertificates ?? []) engine.addCertificate(certificate);
  if (secure.clientKey !== undefined) engine.setKey(secure.clientKey);
  const protocol = secure.applicationLayerProtocolNegotiation;
  if (protocol !== undefined) engine.setProtocol(protocol);
  engine.open();
  return engine;
}
