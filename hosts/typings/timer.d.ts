// SPDX-License-Identifier: MIT
// Source: Moddable SDK modules/base/timer and modules/base/time, as far as we use them.

declare module "timer" {
  export interface TimerId {
    readonly timer: unique symbol;
  }
  export type TimerCallback = (id: TimerId) => void;
  const Timer: {
    /** Calls back after `delay` milliseconds, then every `repeat` if that is not 0. */
    set(callback: TimerCallback, delay?: number, repeat?: number): TimerId;
    repeat(callback: TimerCallback, interval: number): TimerId;
    /** Sets a timer anew; without `delay` it rests until it is scheduled again. */
    schedule(id: TimerId, delay?: number, repeat?: number): void;
    /** Harmless for `undefined`; in the SDK not for a timer that has fired. */
    clear(id: TimerId | undefined): void;
    /** Blocks for so many milliseconds. */
    delay(duration: number): void;
  };
  export default Timer;
}

declare module "time" {
  const Time: {
    /** Microseconds since an arbitrary start; never goes back. */
    readonly microseconds: number;
    /** Milliseconds since an arbitrary start; never goes back. */
    readonly ticks: number;
    /** Sets the time of day. */
    set(seconds: number): void;
  };
  export default Time;
}
