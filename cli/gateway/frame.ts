// SPDX-License-Identifier: MIT
import { COBS_PACKET_MAX, decodeCobs, encodeCobs } from "./cobs.js";

/** Frames of the byte channel, by their number on the wire. Source: docs/byte-channel.md. */
const types = ["reset", "open", "data", "room", "close"] as const;
export type FrameType = (typeof types)[number];

export interface Frame {
  readonly type: FrameType;
  readonly socket: number;
  readonly payload: Uint8Array;
}

/** Bytes in the largest payload. */
export const PAYLOAD_MAX = COBS_PACKET_MAX - 2;

/** Bytes in the longest frame, without the zero that ends it. */
export const FRAME_MAX = COBS_PACKET_MAX + 1;

const none: Uint8Array = new Uint8Array(0);

/** The frame as it goes over the wire. */
export function formatFrame(
  type: FrameType,
  socket: number,
  payload: Uint8Array = none,
): Uint8Array {
  return encodeCobs(new Uint8Array([types.indexOf(type), socket, ...payload]));
}

/** @returns `undefined` when the bytes, without the zero that ends them, are no frame. */
export function parseFrame(coded: Uint8Array): Frame | undefined {
  const packet = decodeCobs(coded);
  const type = types[packet?.[0] ?? types.length];
  const socket = packet?.[1];
  if (packet === undefined || type === undefined || socket === undefined) return undefined;
  return { type, socket, payload: packet.subarray(2) };
}

/** Cuts a stream of bytes into frames, and skips what is none. It holds FRAME_MAX bytes at most. */
export class FrameReader {
  readonly #report: (problem: string) => void;
  #left: Uint8Array = none;
  /** "skipping" until the end of a frame that is too long. */
  #state: "reading" | "skipping" = "reading";

  /** @param report is told of each frame that is too long. */
  constructor(report: (problem: string) => void = () => undefined) {
    this.#report = report;
  }

  /** Bytes of a frame whose end has not come. */
  get held(): number {
    return this.#left.length;
  }

  *read(bytes: Uint8Array): Generator<Frame> {
    const stream = new Uint8Array(Buffer.concat([this.#left, bytes]));
    let first = 0;
    for (let end = stream.indexOf(0); end >= 0; end = stream.indexOf(0, first)) {
      const coded = this.#bounded(stream.subarray(first, end));
      const frame = this.#state === "reading" ? parseFrame(coded) : undefined;
      this.#state = "reading";
      first = end + 1;
      if (frame !== undefined) yield frame;
    }
    this.#left = this.#bounded(stream.subarray(first)).slice();
  }

  /** A frame's bytes so far; none of one that is too long. */
  #bounded(coded: Uint8Array): Uint8Array {
    if (this.#state === "skipping") return none;
    if (coded.length <= FRAME_MAX) return coded;
    this.#state = "skipping";
    this.#report(`a frame of more than ${FRAME_MAX} bytes is dropped`);
    return none;
  }
}
