// SPDX-License-Identifier: MIT

/** How long to wait for a block, as a multiple of the time between the last ones; and at least. */
const PATIENCE = 8;
const LEAST_WAIT_MS = 500;

/**
 * How many blocks to ask for at once, and how long to wait for the next one. It opens by doubling from one block, so that
 * the first block can be checked before the rest is asked for; a loss halves it.
 * Source: RFC 5681 section 3.1, with blocks for segments.
 */
export class RequestWindow {
  readonly #most: number;
  readonly #longestWaitMs: number;
  #size = 1;
  /** Blocks asked for that have not come. */
  #outstanding = 0;
  /** Smoothed milliseconds between blocks; `undefined` before there were two. */
  #gapMs: number | undefined;
  #lastAt: number | undefined;

  /** @param most blocks, 1.. @param longestWaitMs how long to wait when nothing is known of the network's pace */
  constructor(most: number, longestWaitMs: number) {
    this.#most = most;
    this.#longestWaitMs = longestWaitMs;
  }

  get size(): number {
    return this.#size;
  }

  get isDrained(): boolean {
    return this.#outstanding === 0;
  }

  /** How long to wait for the next block before what is missing is asked for again. */
  get waitMs(): number {
    if (this.#gapMs === undefined) return this.#longestWaitMs;
    return Math.min(this.#longestWaitMs, Math.max(LEAST_WAIT_MS, this.#gapMs * PATIENCE));
  }

  /** `count` blocks were asked for at `now`. */
  onRequested(count: number, now: number): void {
    this.#outstanding = count;
    this.#lastAt = now;
  }

  /** A wanted block came at `now`. */
  onBlock(now: number): void {
    const gap = now - (this.#lastAt ?? now);
    this.#gapMs = this.#gapMs === undefined ? gap : (this.#gapMs * 7 + gap) / 8;
    this.#lastAt = now;
    if (this.#outstanding === 0) return;
    this.#outstanding--;
    if (this.#outstanding === 0) this.#size = Math.min(this.#most, this.#size * 2);
  }

  /** The wait is over and blocks are missing. */
  onLoss(): void {
    this.#size = Math.max(1, this.#size >> 1);
    this.#gapMs = undefined;
    this.#outstanding = 0;
  }
}
Object.freeze(RequestWindow.prototype);
