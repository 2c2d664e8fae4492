// SPDX-License-Identifier: MIT

interface Waiter {
  readonly pattern: RegExp;
  readonly found: (line: RegExpExecArray) => void;
  readonly failed: (reason: Error) => void;
}

/** What a device printed, and a way to wait for what it is going to print. */
export class ConsoleLog {
  readonly #lines: string[] = [];
  #waiters: Waiter[] = [];
  /** Why no line is to come. */
  #ended: Error | undefined;

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

  /** The device is switched on: lines are to come. */
  begin(): void {
    this.#ended = undefined;
  }

  /** No line is to come until the next {@link begin}: whoever waits for one is told why. */
  end(reason: Error): void {
    this.#ended = reason;
    const waiting = this.#waiters;
    this.#waiters = [];
    for (const { failed } of waiting) failed(reason);
  }

  /**
   * The first line that matches, from line number `first` on, be it there already or still to come.
   * @throws Error the reason of {@link end}, when it is not there and none is to come.
   */
  waitFor(pattern: RegExp, first = 0): Promise<RegExpExecArray> {
    for (const line of this.#lines.slice(first)) {
      const match = pattern.exec(line);
      if (match !== null) return Promise.resolve(match);
    }
    const ended = this.#ended;
    if (ended !== undefined) return Promise.reject(ended);
    return new Promise((found, failed) => this.#waiters.push({ pattern, found, failed }));
  }
}
