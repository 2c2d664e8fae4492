// SPDX-License-Identifier: MIT
import type { Clock, ClockTimer } from "xs-ota/pal/clock";

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #now: number;
  readonly #timers = new Map<object, { readonly at: number; readonly run: () => void }>();

  constructor(now = 0) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): ClockTimer {
    const key = {};
    this.#timers.set(key, { at: this.#now + delayMs, run });
    return { cancel: () => this.#timers.delete(key) };
  }

  /** Timers that have not fired. */
  get pending(): number {
    return this.#timers.size;
  }

  /** When the next timer falls due, or `undefined`. */
  get nextAt(): number | undefined {
    const times = [...this.#timers.values()].map(({ at }) => at);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Moves on by `ms`, firing what falls due, in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let due = this.#next(end); due !== undefined; due = this.#next(end)) {
      const [key, { at, run }] = due;
      this.#timers.delete(key);
      this.#now = Math.max(this.#now, at);
      run();
    }
    this.#now = end;
  }

  #next(end: number): [object, { at: number; run: () => void }] | undefined {
    const due = [...this.#timers].filter(([, timer]) => timer.at <= end);
    return due.sort(([, a], [, b]) => a.at - b.at)[0];
  }
}
