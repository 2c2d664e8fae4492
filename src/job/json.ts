// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import { decodeUtf8 } from "./utf8.js";

/** Deepest nesting accepted: a job document needs 6. */
const MAX_DEPTH = 16;
/** Longest message accepted: a job document may have 32 768 bytes, and its envelope some more. Source: AWS IoT Jobs limits. */
const MAX_LENGTH = 40_960;

/**
 * Most brackets that open, commas and colons outside texts: as many values and names there are at most. A job for 10 files, with
 * all keys and details, has some 350. XS takes 35 to 50 bytes for each while it parses, 72 in nests of lists, so 74 KB at most.
 * The emulated board of 256 KB has 155 KB left in a download, and a message of 16 KiB takes 50 of them with its text.
 * Source: measured on mps2-an386; slots of lists in xsJSON.c; docs/size.md.
 */
const MAX_MARKS = 1024;
/** Depth to which an outline shows a message: its own keys and those of the execution, not the document. */
const OUTLINE_DEPTH = 2;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** What a byte outside a string does to the depth: { [ , : } ]. */
const steps: Readonly<Record<number, number>> = Object.freeze({
  0x7b: 1,
  0x5b: 1,
  0x2c: 0,
  0x3a: 0,
  0x7d: -1,
  0x5d: -1,
});

/** Offset of the quote that ends the string that has `at` in it. */
function stringEnd(bytes: Uint8Array, at: number): number {
  let end = at;
  while (end < bytes.length && bytes[end] !== QUOTE) end += bytes[end] === BACKSLASH ? 2 : 1;
  return end;
}

/**
 * Why a message would exhaust the engine: its parser recurses, and each value takes memory. On a small device that is a reset, and
 * the same document would come again after it.
 */
function excessOf(bytes: Uint8Array, maxLength: number): string | undefined {
  if (bytes.length > maxLength) return `${bytes.length} bytes, more than ${maxLength}`;
  let depth = 0;
  let marks = 0;
  for (let at = 0; at < bytes.length; at++) {
    const step = steps[bytes[at] as number];
    if (bytes[at] === QUOTE) at = stringEnd(bytes, at + 1);
    if (step === undefined) continue;
    depth += step;
    if (depth > MAX_DEPTH) return `nested deeper than ${MAX_DEPTH}`;
    if (step >= 0 && ++marks > MAX_MARKS) {
      return `more than ${MAX_MARKS} brackets, commas and colons`;
    }
  }
  return undefined;
}

/**
 * Reads one JSON value from a hostile network. A repeated key counts with its last value.
 * @param maxLength longest message accepted, in bytes
 * @throws OtaError "job-malformed" when too long, too deep, too broad, not UTF-8 or not JSON.
 */
export function parseJson(bytes: Uint8Array, maxLength = MAX_LENGTH): unknown {
  const excess = excessOf(bytes, maxLength);
  if (excess !== undefined) throw new OtaError("job-malformed", excess);
  const text = decodeUtf8(bytes);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new OtaError("job-malformed", "not JSON");
  }
}

/** The bytes of a message whose objects and lists in the execution are empty. */
function emptied(bytes: Uint8Array): Uint8Array {
  const kept = new Uint8Array(bytes.length);
  let length = 0;
  let depth = 0;
  for (let at = 0; at < bytes.length; at++) {
    const from = at;
    const step = steps[bytes[at] as number] ?? 0;
    if (bytes[at] === QUOTE) at = stringEnd(bytes, at + 1);
    depth += step;
    if (depth > OUTLINE_DEPTH + Math.max(step, 0)) continue;
    kept.set(bytes.subarray(from, at + 1), length);
    length += at + 1 - from;
  }
  return kept.subarray(0, length);
}

/**
 * What stands around the document of a message that {@link parseJson} refuses as too long, too deep or too broad: the job has an id, by
 * which it can be refused. The document is left empty before anything is read, so that nothing in it can pass for the id.
 * @returns `undefined` for any other message, and when that is too much as well, or not JSON.
 */
export function outlineOf(bytes: Uint8Array): unknown {
  if (excessOf(bytes, MAX_LENGTH) === undefined) return undefined;
  try {
    return parseJson(emptied(bytes));
  } catch (error) {
    if (error instanceof OtaError) return undefined;
    throw error;
  }
}

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return [...(value as readonly unknown[])];
  return typeof value === "object" && value !== null ? { ...value } : value;
}

/**
 * JSON text of a value that may lie in flash, as an application's configuration does: XS marks the objects that it
 * visits, and throws where it cannot. Source: XS, xsJSON.c, "read only value".
 */
export const formatJson = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => copyOf(part));
