// SPDX-License-Identifier: MIT

/*
 * What else regular expressions would be for. The library has none: in the Moddable SDK 8.2.3 each use of one loses memory,
 * and a garbage collection meanwhile spoils the heap (docs/adr/0022).
 */

/* Sets for `consistsOf`. */
export const DIGITS = "0123456789";
export const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const NAME = `${LETTERS}${DIGITS}-_`;

/** Whether a text has a character at least, and none that is not in `set`. */
export function consistsOf(text: string, set: string): boolean {
  for (const character of text) if (!set.includes(character)) return false;
  return text !== "";
}

/** Whether every character of a text, which may be empty, is in `first`..`last`. */
export function isWithin(text: string, first: string, last: string): boolean {
  for (const character of text) if (character < first || character > last) return false;
  return true;
}

/** Whether a text is a name as AWS IoT has them for jobs and streams: letters, digits, `-` and `_`. */
export const isName = (text: string): boolean => consistsOf(text, NAME);

/** What 1 to `most` decimal digits say; `undefined` for any other text. */
export function parseDigits(text: string | undefined, most: number): number | undefined {
  if (text === undefined || text.length > most || !consistsOf(text, DIGITS)) return undefined;
  return Number(text);
}
