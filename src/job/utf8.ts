// SPDX-License-Identifier: MIT
import { OtaError, type OtaErrorCode } from "xs-ota/pal/error";

/*
 * XS has no TextEncoder and TextDecoder of its own, and the library takes nothing from the host for
 * what it can do in forty lines. Strict: an ill-formed sequence is refused. Source: RFC 3629 section 3.
 */

/** First byte's class: bytes that follow, bits it carries, and the least code point that needs as many. */
// prettier-ignore
const leads = Object.freeze([
  Object.freeze({ mask: 0x80, mark: 0x00, follow: 0, least: 0x0 }),
  Object.freeze({ mask: 0xe0, mark: 0xc0, follow: 1, least: 0x80 }),
  Object.freeze({ mask: 0xf0, mark: 0xe0, follow: 2, least: 0x800 }),
  Object.freeze({ mask: 0xf8, mark: 0xf0, follow: 3, least: 0x10000 }),
]);

/**
 * ASCII characters joined at a time: five times as fast as one by one, and few enough for an engine whose stack is a few
 * hundred slots.
 */
const CHUNK = 64;

/** In place of a code point: the sequence is cut short, or not UTF-8. */
const ILL_FORMED = -1;

type Lead = (typeof leads)[number];

/** The code point at `at`, which `lead` begins, or ILL_FORMED. */
function codePointAt(bytes: Uint8Array, at: number, lead: Lead): number {
  let point = (bytes[at] as number) & ~lead.mask & 0xff;
  for (let i = 1; i <= lead.follow; i++) {
    const byte = bytes[at + i] ?? 0;
    if ((byte & 0xc0) !== 0x80) return ILL_FORMED;
    point = (point << 6) | (byte & 0x3f);
  }
  const surrogate = point >= 0xd800 && point <= 0xdfff;
  return surrogate || point < lead.least || point > 0x10ffff ? ILL_FORMED : point;
}

/** How many bytes from `at` on are ASCII, CHUNK at most. */
function asciiLength(bytes: Uint8Array, at: number): number {
  const end = Math.min(at + CHUNK, bytes.length);
  let next = at;
  while (next < end && (bytes[next] as number) < 0x80) next++;
  return next - at;
}

/** @throws OtaError of the given code for bytes that are not well-formed UTF-8, naming the offset. */
export function decodeUtf8(bytes: Uint8Array, code: OtaErrorCode = "job-malformed"): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = asciiLength(bytes, at);
    if (length > 0) {
      const ascii = bytes.subarray(at, at + length);
      parts.push(Reflect.apply(String.fromCharCode, undefined, ascii) as string);
      at += length;
      continue;
    }
    const first = bytes[at] as number;
    const lead = leads.find(({ mask, mark }) => (first & mask) === mark);
    const point = lead === undefined ? ILL_FORMED : codePointAt(bytes, at, lead);
    if (lead === undefined || point === ILL_FORMED)
      throw new OtaError(code, `not UTF-8 at byte ${at}`);
    parts.push(String.fromCodePoint(point));
    at += lead.follow + 1;
  }
  return parts.join("");
}

const sizeOf = (point: number): number =>
  1 + Number(point >= 0x80) + Number(point >= 0x800) + Number(point >= 0x10000);

const pointOf = (character: string): number => {
  const point = character.codePointAt(0) as number;
  return point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
};

/** Writes the sequence of a code point. @returns the offset after it. */
function put(bytes: Uint8Array, at: number, point: number): number {
  const size = sizeOf(point);
  let rest = point;
  for (let i = size - 1; i > 0; i--, rest >>= 6) bytes[at + i] = 0x80 | (rest & 0x3f);
  bytes[at] = (leads[size - 1] as Lead).mark | rest;
  return at + size;
}

/** The UTF-8 bytes of `text`; a lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  // measured first: a list of numbers would take sixteen times their bytes
  let size = 0;
  for (const character of text) size += sizeOf(pointOf(character));
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const character of text) at = put(bytes, at, pointOf(character));
  return bytes;
}
