// SPDX-License-Identifier: MIT
import { Duplex } from "node:stream";

/*
 * The byte channel over Ethernet, one frame at a time: docs/byte-channel.md. Frames come as QEMU's `-netdev socket`
 * gives them, each behind its length as u32, big-endian.
 */

/** Addresses and EtherType, as hosts/mps2-an386/byte-channel.c has them; then a count of bytes as u16. */
const HEAD = Uint8Array.of(2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5);
const TYPE_AT = 12;
const HEAD_SIZE = HEAD.length + 2;
const LENGTH_SIZE = 4;
/** Bytes of the channel in a frame. */
const COUNT_MAX = 1514 - HEAD_SIZE;

/** A frame with these bytes, at most COUNT_MAX of them. */
export function formatEthernet(bytes: Uint8Array): Uint8Array {
  const frame = Buffer.alloc(LENGTH_SIZE + HEAD_SIZE + bytes.length);
  frame.writeUInt32BE(HEAD_SIZE + bytes.length);
  frame.set(HEAD, LENGTH_SIZE);
  frame.writeUInt16BE(bytes.length, LENGTH_SIZE + HEAD.length);
  frame.set(bytes, LENGTH_SIZE + HEAD_SIZE);
  return frame;
}

/** What a frame brings; `undefined` when it is not of ours. */
function parseEthernet(frame: Buffer): Buffer | undefined {
  if (frame.length < HEAD_SIZE || frame.compare(HEAD, TYPE_AT, HEAD.length, TYPE_AT, HEAD.length))
    return undefined;
  return frame.subarray(HEAD_SIZE, HEAD_SIZE + frame.readUInt16BE(HEAD.length));
}

/** The stream of bytes in the frames that go over `link`. */
export class EthernetWire extends Duplex {
  readonly #link: Duplex;
  #received = Buffer.alloc(0);
  #queue = Buffer.alloc(0);
  /** Whether the board waits for a frame: it asks for each with an empty one. */
  #isAsked = false;

  constructor(link: Duplex) {
    super();
    this.#link = link;
    link.on("data", (bytes: Buffer) => this.#receive(bytes));
    link.on("error", error => this.destroy(error));
    link.on("close", () => this.destroy());
  }

  override _read(): void {
    // what comes is pushed: the board sends no more than the gateway has room for
  }

  override _write(bytes: Buffer, _: unknown, done: () => void): void {
    this.#queue = Buffer.concat([this.#queue, bytes]);
    this.#flush();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#link.destroy();
    done(error);
  }

  #receive(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    while (this.#received.length >= LENGTH_SIZE) {
      const end = LENGTH_SIZE + this.#received.readUInt32BE();
      if (this.#received.length < end) return;
      this.#take(this.#received.subarray(LENGTH_SIZE, end));
      this.#received = this.#received.subarray(end);
    }
  }

  #take(frame: Buffer): void {
    const bytes = parseEthernet(frame);
    if (bytes === undefined) return;
    if (bytes.length > 0) this.push(bytes);
    else this.#isAsked = true;
    this.#flush();
  }

  #flush(): void {
    if (!this.#isAsked || this.#queue.length === 0) return;
    this.#isAsked = false;
    this.#link.write(formatEthernet(this.#queue.subarray(0, COUNT_MAX)));
    this.#queue = this.#queue.subarray(COUNT_MAX);
  }
}
