// SPDX-License-Identifier: MIT
import type { Faults, Outcome, Passage } from "./faults.js";

/** Where messages go after the faults had their way. */
export interface LineEnds {
  /** Hands a message to the services, as its thing sent it. */
  readonly toCloud: (thing: string, topic: string, payload: Uint8Array) => void;
  readonly toDevice: (topic: string, payload: Uint8Array, qos: 0 | 1) => void;
  /** Answers a request as a service does that has too many. */
  readonly refuse: (topic: string, payload: Uint8Array) => void;
  readonly disconnect: (thing: string) => void;
}

/** Calls `act` once, after `delayMs` milliseconds. */
export type After = (delayMs: number, act: () => void) => { cancel(): void };

/** Calls it when that time has passed for the process too. */
export const afterRealTime: After = (delayMs, act) => {
  const timer = setTimeout(act, delayMs);
  return { cancel: () => clearTimeout(timer) };
};

/** The line between devices and services, with its faults. */
export class FaultyLine {
  readonly #faults: Faults;
  readonly #ends: LineEnds;
  readonly #after: After;
  readonly #timers = new Set<{ cancel(): void }>();

  /** @param after how time passes; a test may have its own time */
  constructor(faults: Faults, ends: LineEnds, after = afterRealTime) {
    this.#faults = faults;
    this.#ends = ends;
    this.#after = after;
  }

  fromDevice(thing: string, topic: string, payload: Uint8Array): void {
    const passage = toPassage("to-cloud", topic, payload);
    if (passage === undefined) this.#ends.toCloud(thing, topic, payload);
    else this.#send(passage, 0);
  }

  fromCloud(topic: string, payload: Uint8Array, qos: 0 | 1): void {
    const passage = toPassage("to-device", topic, payload);
    if (passage === undefined) this.#ends.toDevice(topic, payload, qos);
    else this.#send(passage, qos);
  }

  /** Forgets what is delayed. */
  close(): void {
    for (const timer of this.#timers) timer.cancel();
  }

  #send(passage: Passage, qos: 0 | 1): void {
    for (const outcome of this.#faults.pass(passage)) this.#follow(outcome, qos);
  }

  #follow(outcome: Outcome, qos: 0 | 1): void {
    if (outcome.kind === "disconnect") {
      this.#ends.disconnect(outcome.thing);
      return;
    }
    const { thing, payload } = outcome.passage;
    const topic = `$aws/things/${thing}/${outcome.passage.topic}`;
    if (outcome.kind === "refuse") this.#ends.refuse(topic, payload);
    else this.#later(outcome.delayMs, () => this.#deliver(outcome.passage, topic, qos));
  }

  #deliver({ direction, thing, payload }: Passage, topic: string, qos: 0 | 1): void {
    if (direction === "to-cloud") this.#ends.toCloud(thing, topic, payload);
    else this.#ends.toDevice(topic, payload, qos);
  }

  #later(delayMs: number, act: () => void): void {
    if (delayMs === 0) {
      act();
      return;
    }
    const timer = this.#after(delayMs, () => {
      this.#timers.delete(timer);
      act();
    });
    this.#timers.add(timer);
  }
}

function toPassage(
  direction: Passage["direction"],
  topic: string,
  payload: Uint8Array,
): Passage | undefined {
  const match = /^\$aws\/things\/([^/]+)\/(.+)$/s.exec(topic);
  if (match === null) return undefined;
  const [, thing = "", rest = ""] = match;
  return { direction, thing, topic: rest, payload };
}
