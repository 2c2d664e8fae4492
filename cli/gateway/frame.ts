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

/** Cuts a stream of bytes into frames, and skips what is none. */
export class FrameReader {
  #left: Uint8Array = none;

  *read(bytes: Uint8Array): Generator<Frame> {
    const stream = new Uint8Array(Buffer.concat([this.#left, bytes]));
    let first = 0;
    for (let end = stream.indexOf(0); end >= 0; end = stream.indexOf(0, first)) {
      const frame = parseFrame(stream.subarray(first, end));
      first = end + 1;
      if (frame !== undefined) yield frame;
    }
    this.#left = stream.slice(first);
  }
}
