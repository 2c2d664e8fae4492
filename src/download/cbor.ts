// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import { decodeUtf8, encodeUtf8 } from "../job/utf8.js";

/* The part of CBOR that AWS IoT Streams needs. Source: RFC 8949 section 3. */

const UINT = 0;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;

/** Additional information of a head whose item ends with a break. */
const INDEFINITE = 31;
const BREAK = 0xff;

/** Nesting accepted in what is skipped. */
const MAX_DEPTH = 8;

/** Writes items one after another into a buffer that is reused. */
export class CborWriter {
  readonly #into: Uint8Array;
  #length = 0;

  constructor(into: Uint8Array) {
    this.#into = into;
  }

  /** What was written; valid until the next `reset`. */
  get bytes(): Uint8Array {
    return this.#into.subarray(0, this.#length);
  }

  reset(): void {
    this.#length = 0;
  }

  #byte(value: number): void {
    if (this.#length === this.#into.length) {
      throw new OtaError(
        "memory-exhausted",
        `a request needs more than ${this.#into.length} bytes`,
      );
    }
    this.#into[this.#length++] = value;
  }

  #head(major: number, value: number): void {
    const bytes = value < 24 ? 0 : value < 0x100 ? 1 : value < 0x10000 ? 2 : 4;
    if (bytes === 0) this.#byte((major << 5) | value);
    else this.#byte((major << 5) | (bytes === 1 ? 24 : bytes === 2 ? 25 : 26));
    for (let shift = (bytes - 1) * 8; shift >= 0; shift -= 8) this.#byte((value >>> shift) & 0xff);
  }

  map(count: number): this {
    this.#head(MAP, count);
    return this;
  }

  uint(value: number): this {
    this.#head(UINT, value);
    return this;
  }

  text(value: string): this {
    const bytes = encodeUtf8(value);
    this.#head(TEXT, bytes.length);
    for (const byte of bytes) this.#byte(byte);
    return this;
  }

  byteString(value: Uint8Array): this {
    this.#head(BYTES, value.length);
    for (const byte of value) this.#byte(byte);
    return this;
  }
}
Object.freeze(CborWriter.prototype);

/** Reads items from hostile bytes; every method throws OtaError "block-malformed" when they are not as asked. */
export class CborReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  #fault(why: string): OtaError {
    return new OtaError("block-malformed", `CBOR ${why} at byte ${this.#at}`);
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw this.#fault("ends early");
    this.#at++;
    return byte;
  }

  /** The argument of a head, -1 for an indefinite length. */
  #argument(info: number): number {
    if (info < 24) return info;
    if (info === INDEFINITE) return -1;
    if (info > 26) throw this.#fault("has a number too large");
    let value = 0;
    for (let left = 1 << (info - 24); left > 0; left--) value = value * 256 + this.#byte();
    return value;
  }

  #expect(major: number, what: string): number {
    const first = this.#byte();
    if (first >> 5 !== major) throw this.#fault(`has no ${what}`);
    return this.#argument(first & 0x1f);
  }

  #take(length: number): Uint8Array {
    if (length < 0) throw this.#fault("has a string in pieces");
    if (length > this.#bytes.length - this.#at) throw this.#fault("ends early");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** Calls `entry` for each key of a map; it must read the value. */
  map(entry: (key: string) => void): void {
    const count = this.#expect(MAP, "map");
    for (let i = 0; count < 0 ? !this.#atBreak() : i < count; i++) entry(this.text());
  }

  #atBreak(): boolean {
    if (this.#bytes[this.#at] !== BREAK) return false;
    this.#at++;
    return true;
  }

  uint(): number {
    const value = this.#expect(UINT, "unsigned number");
    if (value < 0) throw this.#fault("has no number");
    return value;
  }

  text(): string {
    return decodeUtf8(this.#take(this.#expect(TEXT, "text")), "block-malformed");
  }

  /** A view into the message, not a copy. */
  byteString(): Uint8Array {
    return this.#take(this.#expect(BYTES, "byte string"));
  }

  /** Passes over one item of any kind. */
  skip(depth = 0): void {
    if (depth > MAX_DEPTH) throw this.#fault("is nested too deep");
    const first = this.#byte();
    const major = first >> 5;
    const info = first & 0x1f;
    if (major === BYTES || major === TEXT) this.#take(this.#argument(info));
    else if (major === ARRAY || major === MAP) this.#skipItems(major, this.#argument(info), depth);
    else if (major === TAG) this.#skipTag(info, depth);
    else this.#skipNumber(info);
  }

  #skipTag(info: number, depth: number): void {
    if (this.#argument(info) < 0) throw this.#fault("has a tag without a number");
    this.skip(depth + 1);
  }

  #skipItems(major: number, count: number, depth: number): void {
    const each = major === MAP ? 2 : 1;
    for (let i = 0; count < 0 ? !this.#atBreak() : i < count; i++) {
      for (let part = 0; part < each; part++) this.skip(depth + 1);
    }
  }

  /** Numbers and simple values, floating point among them, have the same lengths. */
  #skipNumber(info: number): void {
    if (info > 27) throw this.#fault("has no value");
    this.#take(info < 24 ? 0 : 1 << (info - 24));
  }
}
Object.freeze(CborReader.prototype);
