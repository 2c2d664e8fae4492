// SPDX-License-Identifier: MIT
import { createConnection, type Socket as NetSocket } from "node:net";
import type { Socket, SocketOptions } from "xs-ota/common/network/socket";

/** Bytes that may wait to be sent, and unread bytes above which nothing more is received. */
const BUFFER_SIZE = 16_384;

/** An ECMA-419 TCP socket over node:net, so that what runs on boards can be tested on Node. */
export class NodeTcp implements Socket {
  format: "number" | "buffer" = "number";
  readonly #net: NetSocket;
  #unread = Buffer.alloc(0);

  constructor(options: SocketOptions) {
    const { host, address = host, port, onReadable, onWritable, onError } = options;
    this.#net = createConnection({ host: address, port, noDelay: true });
    this.#net.on("connect", () => {
      onWritable(BUFFER_SIZE);
    });
    this.#net.on("data", data => {
      this.#unread = Buffer.concat([this.#unread, data]);
      if (this.#unread.length > BUFFER_SIZE) this.#net.pause();
      onReadable(this.#unread.length);
    });
    this.#net.on("error", onError);
    this.#net.on("end", () => {
      onError(new Error("the peer closed the connection"));
    });
    this.#onWritable = onWritable;
  }

  readonly #onWritable: (count: number) => void;

  read(into: Uint8Array): number {
    if (into.length > this.#unread.length) throw new RangeError("read more than readable");
    into.set(this.#unread.subarray(0, into.length));
    this.#unread = this.#unread.subarray(into.length);
    if (this.#unread.length <= BUFFER_SIZE) this.#net.resume();
    return into.length;
  }

  write(bytes: Uint8Array): number {
    if (bytes.length > this.#writable) throw new RangeError("write more than writable");
    this.#net.write(Uint8Array.from(bytes), () => {
      if (this.#net.writableLength === 0 && !this.#net.destroyed) this.#onWritable(BUFFER_SIZE);
    });
    return this.#writable;
  }

  close(): void {
    this.#net.removeAllListeners("data");
    this.#net.removeAllListeners("end");
    this.#net.removeAllListeners("error");
    this.#net.on("error", () => undefined);
    this.#net.destroy();
  }

  get #writable(): number {
    return BUFFER_SIZE - this.#net.writableLength;
  }
}
