// SPDX-License-Identifier: MIT

interface Waiter {
  readonly pattern: RegExp;
  readonly found: (line: RegExpExecArray) => void;
}

/** What a device printed, and a way to wait for what it is going to print. */
export class ConsoleLog {
  readonly #lines: string[] = [];
  #waiters: Waiter[] = [];

  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Takes the next line. */
  add(line: string): void {
    this.#lines.push(line);
    const waiting = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiting) {
      const match = waiter.pattern.exec(line);
      if (match === null) this.#waiters.push(waiter);
      else waiter.found(match);
    }
  }

  /** The first line that matches, from line number `first` on, be it there already or still to come. */
  waitFor(pattern: RegExp, first = 0): Promise<RegExpExecArray> {
    for (const line of this.#lines.slice(first)) {
      const match = pattern.exec(line);
      if (match !== null) return Promise.resolve(match);
    }
    return new Promise(found => this.#waiters.push({ pattern, found }));
  }
}
