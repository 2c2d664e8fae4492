// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import { consistsOf } from "./characters.js";

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object: no list, and not null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is a whole number in `least`..`most`. */
export function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

/** What the C library's parser would say, as the sub code of a malformed job. Source: OtaJobParseErr in ota.h of v3.3.0. */
export const ZERO_FILE_SIZE = 3;
export const NON_CONFORMING = 4;

/**
 * A whole text as `strtoul` with base 0 reads it, which the C library does with every number: hexadecimal after 0x, octal after
 * 0, else decimal. @returns `undefined` for other text, and beyond 32 bits.
 */
export function parseUnsigned(text: string): number | undefined {
  const lower = text.toLowerCase();
  if (lower.startsWith("0x")) return parseBase(lower.slice(2), 16);
  return parseBase(lower, lower.startsWith("0") ? 8 : 10);
}

function parseBase(digits: string, base: number): number | undefined {
  if (!consistsOf(digits, "0123456789abcdef".slice(0, base))) return undefined;
  const number = parseInt(digits, base);
  return number <= 0xffff_ffff ? number : undefined;
}

/**
 * Reads keys of one object of a job document. The whole path stands in each message: it is all that the operator,
 * far away, will see. A key that is `null` counts as absent.
 */
export class Reader {
  readonly #object: JsonObject;
  /** Where the object stands in the message. */
  readonly path: string;

  constructor(object: JsonObject, path: string) {
    this.#object = object;
    this.path = path;
  }

  /** An OtaError "job-malformed" about a key, with its path. */
  fault(key: string, why: string, parseError = NON_CONFORMING): OtaError {
    return new OtaError("job-malformed", `${this.path}.${key} ${why}`, parseError);
  }

  /** The value at `key`, whatever it is. */
  raw(key: string): unknown {
    return this.#object[key] ?? undefined;
  }

  /** @throws OtaError "job-malformed" when it is there and is not text of at most `maxLength` characters. */
  text(key: string, maxLength: number): string | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (typeof value !== "string") throw this.fault(key, "is not text");
    if (value.length > maxLength) throw this.fault(key, `is longer than ${maxLength}`);
    return value;
  }

  /**
   * An unsigned number of 32 bits, or text that {@link parseUnsigned} reads.
   * @throws OtaError "job-malformed" when it is there and is no such number.
   */
  uint32(key: string): number | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    const number = typeof value === "string" ? parseUnsigned(value) : value;
    if (isWhole(number, 0, 0xffff_ffff)) return number;
    throw this.fault(key, "is not a number in 0..4294967295");
  }

  /** @throws OtaError "job-malformed" when it is missing. */
  need<T>(key: string, value: T | undefined): T {
    if (value === undefined) throw this.fault(key, "is missing");
    return value;
  }

  /** @throws OtaError "job-malformed" unless it is an object. */
  object(key: string): Reader {
    const value = this.need(key, this.raw(key));
    if (!isObject(value)) throw this.fault(key, "is not an object");
    return new Reader(value, `${this.path}.${key}`);
  }

  /** @throws OtaError "job-malformed" unless it is a list of 1 to `most` objects. */
  objects(key: string, most: number): readonly Reader[] {
    const value = this.need(key, this.raw(key));
    if (!Array.isArray(value)) throw this.fault(key, "is not a list");
    if (value.length < 1 || value.length > most) {
      throw this.fault(key, `has ${value.length} entries, not 1 to ${most}`);
    }
    return value.map((entry: unknown, index) => {
      if (!isObject(entry)) throw this.fault(`${key}[${index}]`, "is not an object");
      return new Reader(entry, `${this.path}.${key}[${index}]`);
    });
  }
}
Object.freeze(Reader.prototype);
