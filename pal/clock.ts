// SPDX-License-Identifier: MIT

/** A running timer. */
export interface ClockTimer {
  /** Stops it; harmless once it has fired or been cancelled. */
  cancel(): void;
}

/** Monotonic time and one-shot timers. */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes back. */
  now(): number;
  /** Calls `run` once, after `delayMs` milliseconds, never from inside this call. */
  after(delayMs: number, run: () => void): ClockTimer;
}
