// SPDX-License-Identifier: MIT
import type { Socket, SocketClass, SocketOptions } from "xs-ota/common/network/socket";

/** The other end of a socket that exists only in memory; everything happens when a test says so. */
export class ScriptedTcp {
  /** Every byte that the client wrote. */
  sent: number[] = [];
  isClosed = false;
  #options: SocketOptions | undefined;
  #unread: number[] = [];
  #writable = 0;

  /** The socket class to give to the client; each socket it makes is this one. */
  get io(): SocketClass {
    const open = (options: SocketOptions): Socket => this.#open(options);
    return function (options: SocketOptions) {
      return open(options);
    } as unknown as SocketClass;
  }

  /** Connects, or makes room for `count` bytes. */
  takes(count: number): void {
    this.#writable = count;
    this.#options?.onWritable(count);
  }

  /** Delivers `bytes`, as one segment. */
  gives(bytes: Iterable<number>): void {
    for (const byte of bytes) this.#unread.push(byte);
    if (!this.isClosed) this.#options?.onReadable(this.#unread.length);
  }

  fails(): void {
    this.#options?.onError();
  }

  /** Bytes that the client has left in the socket. */
  get unread(): number {
    return this.#unread.length;
  }

  #open(options: SocketOptions): Socket {
    this.#options = options;
    return {
      format: "number",
      read: into => {
        if (this.isClosed) throw new Error("read after close");
        if (into.length > this.#unread.length) throw new RangeError("read more than readable");
        into.set(this.#unread.splice(0, into.length));
        return into.length;
      },
      write: bytes => {
        if (this.isClosed) throw new Error("write after close");
        if (bytes.length > this.#writable) throw new RangeError("write more than writable");
        for (const byte of bytes) this.sent.push(byte);
        this.#writable -= bytes.length;
        return this.#writable;
      },
      close: () => {
        this.isClosed = true;
      },
    };
  }
}
