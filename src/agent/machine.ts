// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import {
  type Actions,
  type EventData,
  type OtaEventId,
  type OtaState,
  type Row,
  table,
} from "./table.js";

/** Hears of each change of state. */
export type StateListener = (from: OtaState, to: OtaState, on: OtaEventId) => void;

interface Queued {
  readonly on: OtaEventId;
  readonly data: unknown;
}

/** Runs the table, one event at a time, in order. It decides nothing: the rows say what happens, and the actions how. */
export class Machine {
  #state: OtaState = "Init";
  readonly #actions: Actions;
  readonly #listener: StateListener;
  /** Events that wait while one is handled; `undefined` when none is. */
  #queue: Queued[] | undefined;
  /** What is to be done once the state is that of the event under way. */
  readonly #afterwards: (() => void)[] = [];
  #ignored = 0;

  constructor(actions: Actions, listener: StateListener) {
    this.#actions = actions;
    this.#listener = listener;
  }

  get state(): OtaState {
    return this.#state;
  }

  /** Events that had no row. */
  get ignored(): number {
    return this.#ignored;
  }

  /**
   * Delivers an event and what it leads to; from inside an action, after that action.
   * @throws whatever an action throws, save OtaError, which becomes "Failed"; then, when all is done, the first error of what was done afterwards.
   */
  signal<E extends OtaEventId>(
    on: E,
    ...[data]: EventData[E] extends undefined ? [] : [EventData[E]]
  ): void {
    if (this.#queue !== undefined) {
      this.#queue.push({ on, data });
      return;
    }
    const queue: Queued[] = [{ on, data }];
    const thrown: unknown[] = [];
    this.#queue = queue;
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        this.#deliver(next);
        this.#finish(thrown);
      }
    } finally {
      this.#afterwards.length = 0;
      this.#queue = undefined;
    }
    if (thrown.length > 0) throw thrown[0];
  }

  /** Runs `run` when the event under way has led to its state, at once when none is. */
  afterwards(run: () => void): void {
    if (this.#queue === undefined) run();
    else this.#afterwards.push(run);
  }

  /** Runs `run` at once; what it throws is thrown as by what was put off until afterwards. */
  meanwhile(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.afterwards(() => {
        throw error;
      });
    }
  }

  /** An application's error ends none of the agent's steps: it is kept in `thrown`. */
  #finish(thrown: unknown[]): void {
    for (let run = this.#afterwards.shift(); run !== undefined; run = this.#afterwards.shift()) {
      try {
        run();
      } catch (error) {
        thrown.push(error);
      }
    }
  }

  #deliver({ on, data }: Queued): void {
    const row = this.#rowFor(on);
    if (row === undefined) {
      this.#ignored++;
      return;
    }
    try {
      (this.#actions[row.run] as (data: unknown) => void)(data);
    } catch (error) {
      if (!(error instanceof OtaError) || on === "Failed") throw error;
      this.#deliver({ on: "Failed", data: error });
      return;
    }
    this.#enter(row);
  }

  #rowFor(on: OtaEventId): Row | undefined {
    return table.find(row => row.on === on && (row.from === this.#state || row.from === "All"));
  }

  #enter({ to, on }: Row): void {
    const from = this.#state;
    this.#state = to;
    if (from !== to) this.#listener(from, to, on);
  }
}
Object.freeze(Machine.prototype);
