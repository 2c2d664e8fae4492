// SPDX-License-Identifier: MIT

/** By how much a wait grows at the most, unless told otherwise: six doublings. */
const MOST_GROWTH = 64;

/**
 * How long to wait before the next attempt: doubled for each one that failed, and spread over its upper half so that a
 * fleet does not knock all at once. Source: AWS Architecture Blog, "Exponential backoff and jitter".
 * @param attempt failures so far, 0..
 * @param firstMs longest wait after no failure
 * @param random in [0, 1)
 * @param lastMs longest wait of all
 * @returns milliseconds, from half of `firstMs` to `lastMs`.
 */
export function backoffMs(
  attempt: number,
  firstMs: number,
  random: number,
  lastMs = firstMs * MOST_GROWTH,
): number {
  return Math.round(Math.min(lastMs, firstMs * 2 ** attempt) * (0.5 + random / 2));
}
