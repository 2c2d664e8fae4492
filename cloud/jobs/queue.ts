// SPDX-License-Identifier: MIT
import type { Outbox } from "../outbox.js";
import type { Store } from "../store/store.js";
import type { Table } from "../store/table.js";
import {
  deadlineOf,
  type Execution,
  type ExecutionStatus,
  executionStatuses,
  formatExecution,
  formatSummary,
  isPending,
  seconds,
} from "./execution.js";

/** How many executions a notification lists. Source: developer guide, JobExecutionsChanged. */
const NOTIFY_LIMIT = 15;

/** Executions of one job by status; a status without any is 0. */
export type Counts = Readonly<Record<ExecutionStatus, number>>;

/**
 * All executions, and what things are told when theirs change.
 * The newest attempt of a thing at a job is kept apart from its earlier ones.
 */
export class ExecutionQueue {
  readonly #latest: Table<Execution>;
  readonly #earlier: Table<Execution>;
  readonly #outbox: Outbox;
  readonly #now: () => number;
  readonly #documentOf: (execution: Execution) => unknown;
  readonly #deadlines = new Map<string, number>();

  /** @param documentOf gives the job document of an execution as its device shall see it. */
  constructor(
    store: Store,
    outbox: Outbox,
    now: () => number,
    documentOf: (execution: Execution) => unknown,
  ) {
    const indexes = { thing: (e: Execution) => e.thingName, job: (e: Execution) => e.jobId };
    this.#latest = store.table("executions", indexes);
    this.#earlier = store.table("attempts", {
      ...indexes,
      pair: (e: Execution) => pairOf(e.thingName, e.jobId),
    });
    this.#outbox = outbox;
    this.#now = now;
    this.#documentOf = documentOf;
    for (const execution of this.#latest.values()) this.#watch(execution);
  }

  /** The attempt with that number, the newest when none is given. */
  find(thingName: string, jobId: string, executionNumber?: number): Execution | undefined {
    const latest = this.#latest.get(pairOf(thingName, jobId));
    if (executionNumber === undefined || latest?.executionNumber === executionNumber) return latest;
    return this.earlier(thingName, jobId).find(e => e.executionNumber === executionNumber);
  }

  /** Earlier attempts of a thing at a job, the first first. */
  earlier(thingName: string, jobId: string): Execution[] {
    return this.#earlier.by("pair", pairOf(thingName, jobId));
  }

  ofThing(thingName: string): Execution[] {
    return [...this.#earlier.by("thing", thingName), ...this.#latest.by("thing", thingName)];
  }

  /** The newest attempt of each thing at a job. */
  ofJob(jobId: string): Execution[] {
    return this.#latest.by("job", jobId);
  }

  countsOf(jobId: string): Counts {
    const counts = Object.fromEntries(executionStatuses.map(status => [status, 0]));
    for (const { status } of this.ofJob(jobId)) counts[status] = (counts[status] ?? 0) + 1;
    return counts as Counts;
  }

  /** What a thing has to do: IN_PROGRESS first, then QUEUED, each in the order of creation. */
  pending(thingName: string): Execution[] {
    const all = this.#latest.by("thing", thingName).filter(isPending);
    const rank = (e: Execution): number => (e.status === "IN_PROGRESS" ? 0 : 1);
    return all.sort((a, b) => rank(a) - rank(b) || a.queuedAt - b.queuedAt);
  }

  next(thingName: string): Execution | undefined {
    return this.pending(thingName)[0];
  }

  /**
   * Stores `execution` and tells its thing what it must know: `notify` when it joined or left the
   * pending ones, `notify-next` when another execution is next now.
   */
  put(execution: Execution): void {
    const pair = pairOf(execution.thingName, execution.jobId);
    const old = this.#latest.get(pair);
    const next = this.next(execution.thingName);
    if (old !== undefined && old.executionNumber !== execution.executionNumber) {
      this.#earlier.put(`${pair}/${old.executionNumber}`, old);
    }
    this.#latest.put(pair, execution);
    this.#watch(execution);
    this.#tell(execution.thingName, old, execution, next);
  }

  /** Takes the executions of a deleted job off the record; pending ones are REMOVED for devices. */
  deleteJob(jobId: string): void {
    for (const execution of this.ofJob(jobId)) {
      if (isPending(execution)) this.put({ ...execution, status: "REMOVED" });
      this.delete(execution);
    }
  }

  /** Forgets one attempt. */
  delete(execution: Execution): void {
    const pair = pairOf(execution.thingName, execution.jobId);
    if (this.#latest.get(pair)?.executionNumber === execution.executionNumber) {
      for (const e of this.earlier(execution.thingName, execution.jobId)) {
        this.#earlier.delete(`${pair}/${e.executionNumber}`);
      }
      this.#latest.delete(pair);
      this.#deadlines.delete(pair);
    } else {
      this.#earlier.delete(`${pair}/${execution.executionNumber}`);
    }
  }

  /** Executions whose timer has run out by `now`. */
  overdue(now: number): Execution[] {
    const due = [...this.#deadlines].filter(([, deadline]) => deadline <= now);
    return due.flatMap(([pair]) => this.#latest.get(pair) ?? []);
  }

  /** When the first timer runs out, in ms since the epoch. */
  firstDeadline(): number | undefined {
    let first: number | undefined;
    for (const deadline of this.#deadlines.values()) {
      if (first === undefined || deadline < first) first = deadline;
    }
    return first;
  }

  #watch(execution: Execution): void {
    const pair = pairOf(execution.thingName, execution.jobId);
    const deadline = deadlineOf(execution);
    if (deadline === undefined) this.#deadlines.delete(pair);
    else this.#deadlines.set(pair, deadline);
  }

  #tell(
    thingName: string,
    old: Execution | undefined,
    execution: Execution,
    oldNext: Execution | undefined,
  ): void {
    const joined = !isSameAttempt(old, execution) && isPending(execution);
    const left = old !== undefined && isPending(old) && !isPending(execution);
    if (joined || left) this.#notify(thingName);
    const next = this.next(thingName);
    if (!isSameAttempt(oldNext, next)) this.#notifyNext(thingName, next);
  }

  #notify(thingName: string): void {
    const jobs: Record<string, object[]> = {};
    for (const execution of this.pending(thingName).slice(0, NOTIFY_LIMIT)) {
      (jobs[execution.status] ??= []).push(formatSummary(execution));
    }
    const timestamp = seconds(this.#now());
    this.#outbox.postJson(`$aws/things/${thingName}/jobs/notify`, { timestamp, jobs });
  }

  #notifyNext(thingName: string, next: Execution | undefined): void {
    const timestamp = seconds(this.#now());
    const execution = next && { ...this.format(next), jobDocument: this.#documentOf(next) };
    this.#outbox.postJson(`$aws/things/${thingName}/jobs/notify-next`, {
      timestamp,
      execution: execution ?? {},
    });
  }

  /** An execution as devices see it, without its document. */
  format(execution: Execution): Record<string, unknown> {
    return formatExecution(execution, this.#now());
  }
}

function pairOf(thingName: string, jobId: string): string {
  return `${thingName}/${jobId}`;
}

function isSameAttempt(a: Execution | undefined, b: Execution | undefined): boolean {
  return a?.jobId === b?.jobId && a?.executionNumber === b?.executionNumber;
}
