// SPDX-License-Identifier: MIT

/** Doublings after which the wait no longer grows. */
const MOST_DOUBLINGS = 6;

/**
 * How long to wait before the next attempt: doubled for each one that failed, and spread over its upper half so that a
 * fleet does not knock all at once. Source: AWS Architecture Blog, "Exponential backoff and jitter".
 * @param attempt failures so far, 0..
 * @param firstMs wait after no failure
 * @param random in [0, 1)
 * @returns milliseconds, from half of `firstMs` to 64 times `firstMs`.
 */
export function backoffMs(attempt: number, firstMs: number, random: number): number {
  const wait = firstMs * 2 ** Math.min(attempt, MOST_DOUBLINGS);
  return Math.round(wait * (0.5 + random / 2));
}
