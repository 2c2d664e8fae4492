// SPDX-License-Identifier: MIT
import type { Clock, ClockTimer } from "xs-ota/pal/clock";

/** One timer that can be started again. */
export class Timer {
  readonly #clock: Clock;
  readonly #run: () => void;
  #timer: ClockTimer | undefined;

  constructor(clock: Clock, run: () => void) {
    this.#clock = clock;
    this.#run = run;
  }

  /** Fires `delayMs` milliseconds from now, and not when it would have before. */
  start(delayMs: number): void {
    this.stop();
    this.#timer = this.#clock.after(delayMs, () => {
      this.#timer = undefined;
      this.#run();
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
Object.freeze(Timer.prototype);
