// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import { decodeUtf8 } from "./utf8.js";

/** Deepest nesting accepted: a job document needs 6. */
const MAX_DEPTH = 16;
/** Longest message accepted: a job document may have 32 768 bytes, and its envelope some more. Source: AWS IoT Jobs limits. */
const MAX_LENGTH = 40_960;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** What a byte outside a string does to the depth: { [ } ]. */
const steps: Readonly<Record<number, number>> = Object.freeze({
  0x7b: 1,
  0x5b: 1,
  0x7d: -1,
  0x5d: -1,
});

/**
 * Refuses nesting that would exhaust the stack of the engine's own recursive parser: on a small
 * device that is a reset, and the same document would come again after it.
 */
function checkDepth(bytes: Uint8Array): void {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (quoted && byte === BACKSLASH) at++;
    else if (byte === QUOTE) quoted = !quoted;
    else if (!quoted) depth += steps[byte] ?? 0;
    if (depth > MAX_DEPTH) throw new OtaError("job-malformed", `nested deeper than ${MAX_DEPTH}`);
  }
}

/**
 * Reads one JSON value from a hostile network. A repeated key counts with its last value.
 * @param maxLength longest message accepted, in bytes
 * @throws OtaError "job-malformed" when too long, too deep, not UTF-8 or not JSON.
 */
export function parseJson(bytes: Uint8Array, maxLength = MAX_LENGTH): unknown {
  if (bytes.length > maxLength) {
    throw new OtaError("job-malformed", `${bytes.length} bytes, more than ${maxLength}`);
  }
  checkDepth(bytes);
  const text = decodeUtf8(bytes);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new OtaError("job-malformed", "not JSON");
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
