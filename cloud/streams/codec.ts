// SPDX-License-Identifier: MIT
import { Encoder } from "cbor-x";
import { Rejection } from "./rejection.js";

/** How one topic suffix carries messages: what is bytes in CBOR is text in JSON. */
export interface Codec {
  /** @throws Rejection "InvalidJson" or "InvalidCbor". */
  decode(payload: Uint8Array): unknown;
  encode(message: object): Uint8Array;
  /** The block of a data message, as the message carries it. */
  formatBlock(bytes: Uint8Array): unknown;
  /** The bitmap of a get message, or `undefined` when it is not one. */
  parseBitmap(value: unknown): Uint8Array | undefined;
}

const cborEncoder = new Encoder({
  useRecords: false,
  variableMapSize: true,
  tagUint8Array: false,
  mapsAsObjects: true,
});

const cbor: Codec = Object.freeze({
  decode(payload: Uint8Array): unknown {
    try {
      return cborEncoder.decode(payload) as unknown;
    } catch {
      throw new Rejection("InvalidCbor", "The payload is not one CBOR item");
    }
  },
  encode: (message: object) => cborEncoder.encode(message),
  formatBlock: (bytes: Uint8Array) => bytes,
  parseBitmap: (value: unknown) => (value instanceof Uint8Array ? value : undefined),
});

/** What a rejection is written in when the topic names no format. */
export const json: Codec = Object.freeze({
  decode(payload: Uint8Array): unknown {
    try {
      return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload)) as unknown;
    } catch {
      throw new Rejection("InvalidJson", "The payload is not JSON in UTF-8");
    }
  },
  encode: (message: object) => Buffer.from(JSON.stringify(message)),
  formatBlock: (bytes: Uint8Array) => Buffer.from(bytes).toString("base64"),
  parseBitmap(value: unknown) {
    const isHex = typeof value === "string" && /^(0x)?([0-9a-fA-F]{2})+$/.test(value);
    return isHex ? Buffer.from(value.replace(/^0x/, ""), "hex") : undefined;
  },
});

/** The codecs by the last word of the topic. */
export const codecs: ReadonlyMap<string, Codec> = new Map([
  ["json", json],
  ["cbor", cbor],
]);
