// SPDX-License-Identifier: MIT
import Time from "time";
import Timer, { type TimerId } from "timer";
import type { Clock, ClockTimer } from "xs-ota/pal/clock";

/** The machine's monotonic clock. */
export const clock: Clock = Object.freeze({
  now: () => Time.microseconds / 1000,
  after(delayMs: number, run: () => void): ClockTimer {
    let timer: TimerId | undefined = Timer.set(() => {
      timer = undefined;
      run();
    }, delayMs);
    return Object.freeze({
      cancel(): void {
        Timer.clear(timer);
        timer = undefined;
      },
    });
  },
});
