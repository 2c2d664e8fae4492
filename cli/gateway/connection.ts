// SPDX-License-Identifier: MIT
import { connect, type Socket } from "node:net";
import { PAYLOAD_MAX, type FrameType } from "./frame.js";

/** What the device may send before it is told that there is more room. */
const ROOM = 8192;

export type SendFrame = (type: FrameType, payload?: Uint8Array) => unknown;

const u16 = (value: number): Uint8Array => new Uint8Array([value & 0xff, value >> 8]);

/** One socket of the device: a TCP connection that the gateway makes for it. */
export class Connection {
  readonly #socket: Socket;
  readonly #send: SendFrame;
  #queue = Buffer.alloc(0);
  /** Bytes that the device has room for. */
  #room = 0;
  #state: "open" | "ending" | "closed" = "open";

  constructor(host: string, port: number, send: SendFrame) {
    this.#send = send;
    this.#socket = connect({ host, port, noDelay: true });
    this.#socket.on("connect", () => send("room", u16(ROOM)));
    this.#socket.on("data", bytes => this.#receive(bytes));
    this.#socket.on("error", () => this.#end());
    this.#socket.on("close", () => this.#end());
  }

  /** Sends what the device wrote, and makes room for as much when it is sent. */
  write(bytes: Uint8Array): void {
    if (this.#state !== "open") return;
    const copy = Uint8Array.from(bytes);
    this.#socket.write(copy, error => {
      if (!error && this.#state === "open") this.#send("room", u16(copy.length));
    });
  }

  /** The device can take so many more bytes. */
  makeRoom(count: number): void {
    this.#room += count;
    this.#flush();
  }

  /** The device wants no more of it. */
  close(): void {
    this.#state = "closed";
    this.#socket.destroy();
  }

  #receive(bytes: Buffer): void {
    this.#queue = Buffer.concat([this.#queue, bytes]);
    this.#flush();
    if (this.#queue.length > 0) this.#socket.pause();
  }

  #end(): void {
    if (this.#state !== "open") return;
    this.#state = "ending";
    this.#flush();
  }

  #flush(): void {
    if (this.#state === "closed") return;
    while (this.#room > 0 && this.#queue.length > 0) {
      const count = Math.min(this.#room, this.#queue.length, PAYLOAD_MAX);
      this.#send("data", this.#queue.subarray(0, count));
      this.#queue = this.#queue.subarray(count);
      this.#room -= count;
    }
    if (this.#queue.length > 0) return;
    if (this.#state === "ending") {
      this.#state = "closed";
      this.#send("close");
    } else {
      this.#socket.resume();
    }
  }
}
