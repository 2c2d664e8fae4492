// SPDX-License-Identifier: MIT
import Time from "time";
import Timer from "timer";
import type { Clock, ClockTimer } from "xs-ota/pal/clock";

type TimerId = ReturnType<typeof Timer.set>;

/** The machine's monotonic clock; under the SDK with its module `microseconds`, whose property the typings have optional. */
export const clock: Clock = Object.freeze({
  now: () => (Time.microseconds as number) / 1000,
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
