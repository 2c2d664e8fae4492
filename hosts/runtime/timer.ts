// SPDX-License-Identifier: MIT
import type TimerModule from "timer";
import type { TimerCallback, TimerId } from "timer";

/** The module `timer`. Source: Moddable SDK modules/base/timer. */
// prettier-ignore
const Timer: typeof TimerModule = Object.freeze({
  set(callback: TimerCallback, delay?: number, repeat?: number): TimerId { return native("xs_timer_set").call(this, callback, delay, repeat); },
  repeat(callback: TimerCallback, interval: number): TimerId { return native("xs_timer_repeat").call(this, callback, interval); },
  schedule(id: TimerId, delay?: number, repeat?: number): void { native("xs_timer_schedule").call(this, id, delay, repeat); },
  clear(id: TimerId | undefined): void { native("xs_timer_clear").call(this, id); },
  delay(duration: number): void { native("xs_timer_delay").call(this, duration); },
});

export default Timer;
