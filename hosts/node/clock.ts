// SPDX-License-Identifier: MIT
import type { Clock, ClockTimer } from "xs-ota/pal/clock";

/** Longest delay of Node's timers; longer ones would fire at once. Source: Node.js docs, setTimeout. */
const MAX_DELAY_MS = 0x7fff_ffff;

/** Node's monotonic clock. A timer keeps the process alive until it fires or is cancelled. */
export const clock: Clock = Object.freeze({
  now: () => performance.now(),
  after(delayMs: number, run: () => void): ClockTimer {
    const timer = setTimeout(run, Math.min(delayMs, MAX_DELAY_MS));
    return Object.freeze({ cancel: () => clearTimeout(timer) });
  },
});
