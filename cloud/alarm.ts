// SPDX-License-Identifier: MIT
import type { Desk } from "./desk.js";
import { attempt, type Report } from "./report.js";

/** Longest delay that a Node timer holds. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Wakes the services when they have something to do. */
export class Alarm {
  readonly #desk: Pick<Desk, "wake" | "wakeAt">;
  readonly #report: Report;
  #timer: NodeJS.Timeout | undefined;

  /** @param report is told of what the services throw when they are woken */
  constructor(desk: Pick<Desk, "wake" | "wakeAt">, report: Report) {
    this.#desk = desk;
    this.#report = report;
  }

  /** Wakes the services now; harmless when nothing is due. */
  wake(): void {
    attempt(this.#report, () => this.#desk.wake());
  }

  /** Call after anything that may have planned something. */
  set(): void {
    this.close();
    const at = this.#desk.wakeAt();
    if (at === undefined) return;
    const delay = Math.min(Math.max(at - Date.now(), 0), MAX_DELAY_MS);
    this.#timer = setTimeout(() => this.wake(), delay).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
