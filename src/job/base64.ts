// SPDX-License-Identifier: MIT

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * Calls `take` for each sextet; line ends are skipped. Nothing is kept of them, for a block of a stream has thousands.
 * @returns the number of padding characters, `undefined` for text that is not base64.
 */
function scan(text: string, take: (sextet: number) => void): number | undefined {
  let padding = 0;
  for (const character of text) {
    if (character === "\r" || character === "\n") continue;
    if (character === "=") padding++;
    else {
      const sextet = ALPHABET.indexOf(character);
      if (sextet < 0 || padding > 0) return undefined;
      take(sextet);
    }
  }
  return padding;
}

/** Whether the last group is whole, with its padding, without it, or with part of it, as the C library's decoder takes it. */
function isWhole(count: number, last: number, padding: number): boolean {
  const rest = count % 4;
  if (count === 0 || rest === 1) return false;
  const wanted = rest === 0 ? 0 : 4 - rest;
  if (padding > wanted) return false;
  const unused = rest === 2 ? 0x0f : rest === 3 ? 0x03 : 0;
  return (last & unused) === 0;
}

/**
 * Decodes base64 exactly as leniently as the C library: CR and LF inside, and missing or partial
 * padding, are accepted; a space, any other symbol, or pad bits that are not zero are not.
 * Source: RFC 4648 section 4; ota_base64.c of v3.3.0.
 * @returns `undefined` for text that is not base64, the empty text included.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  let count = 0;
  let last = 0;
  const padding = scan(text, sextet => {
    count++;
    last = sextet;
  });
  if (padding === undefined || !isWhole(count, last, padding)) return undefined;
  const bytes = new Uint8Array((count * 6) >> 3);
  let bits = 0;
  let held = 0;
  let at = 0;
  scan(text, sextet => {
    bits = ((bits << 6) | sextet) & 0xffff;
    held += 6;
    if (held < 8) return;
    held -= 8;
    bytes[at++] = (bits >> held) & 0xff;
  });
  return bytes;
}
