// SPDX-License-Identifier: MIT
import type { Clock, ClockTimer } from "xs-ota/pal/clock";

/** Longest delay of Node's timers; longer ones would fire at once. Source: Node.js docs, setTimeout. */
const MAX_DELAY_MS = 0x7fff_ffff;

const NO_TIMER: ClockTimer = Object.freeze({ cancel: () => undefined });

/** Node's monotonic clock. A timer keeps the process alive until it fires or is cancelled. */
export const clock: Clock = Object.freeze({
  now: () => performance.now(),
  after(delayMs: number, run: () => void): ClockTimer {
    const timer = setTimeout(run, Math.min(delayMs, MAX_DELAY_MS));
    return Object.freeze({ cancel: () => clearTimeout(timer) });
  },
});

/** A clock whose timers end together, as they do when a machine is switched off. */
export interface StoppableClock extends Clock {
  /** Cancels what has not fired; nothing asked for later fires either. */
  stop(): void;
}

/** Node's clock for one device among others in this process. */
export function openClock(): StoppableClock {
  const waiting = new Set<ClockTimer>();
  let state: "running" | "stopped" = "running";
  return Object.freeze({
    now: () => clock.now(),
    after(delayMs: number, run: () => void): ClockTimer {
      if (state === "stopped") return NO_TIMER;
      const timer = clock.after(delayMs, () => {
        waiting.delete(timer);
        run();
      });
      waiting.add(timer);
      return Object.freeze({
        cancel(): void {
          waiting.delete(timer);
          timer.cancel();
        },
      });
    },
    stop(): void {
      state = "stopped";
      for (const timer of waiting) timer.cancel();
      waiting.clear();
    },
  });
}
