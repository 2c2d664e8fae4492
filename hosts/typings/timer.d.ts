// SPDX-License-Identifier: MIT
// Source: Moddable SDK modules/base/timer and modules/base/time, as far as we use them.

declare module "timer" {
  export interface TimerId {
    readonly timer: unique symbol;
  }
  const Timer: {
    /** Calls `run` once, after `delayMs` milliseconds. */
    set(run: () => void, delayMs?: number): TimerId;
    /** Harmless for `undefined`; not for a timer that has fired. */
    clear(id: TimerId | undefined): void;
  };
  export default Timer;
}

declare module "time" {
  const Time: {
    /** Microseconds since an arbitrary start; never goes back. */
    readonly microseconds: number;
  };
  export default Time;
}
