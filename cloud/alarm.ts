// SPDX-License-Identifier: MIT
import type { Desk } from "./desk.js";

/** Longest delay that a Node timer holds. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Wakes the services when they have something to do. */
export class Alarm {
  readonly #desk: Desk;
  #timer: NodeJS.Timeout | undefined;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Call after anything that may have planned something. */
  set(): void {
    this.close();
    const at = this.#desk.wakeAt();
    if (at === undefined) return;
    const delay = Math.min(Math.max(at - Date.now(), 0), MAX_DELAY_MS);
    this.#timer = setTimeout(() => this.#desk.wake(), delay).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
