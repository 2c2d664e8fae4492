// SPDX-License-Identifier: MIT
import type { Table } from "../store/table.js";
import { type Execution, isPending } from "./execution.js";
import type { Job } from "./job.js";
import { mayRetry, mustAbort, parseSchedule, ratePerMinute } from "./policy.js";
import type { ExecutionQueue } from "./queue.js";

const MINUTE_MS = 60_000;

/** Why a job ended that nobody cancelled by hand. */
interface Ending {
  readonly force: boolean;
  readonly reasonCode?: string;
  readonly comment?: string;
}

/** Moves jobs on: rolls them out, retries, aborts, times out, completes. Owns no timer. */
export class JobProgress {
  readonly #jobs: Table<Job>;
  readonly #queue: ExecutionQueue;
  readonly #now: () => number;

  constructor(jobs: Table<Job>, queue: ExecutionQueue, now: () => number) {
    this.#jobs = jobs;
    this.#queue = queue;
    this.#now = now;
  }

  /** Does all that is due; a job that is new, or was long asleep, catches up here. */
  wake(): void {
    const now = this.#now();
    for (const execution of this.#queue.overdue(now)) this.#timeOut(execution);
    for (const job of this.#jobs.values()) this.#advance(job);
  }

  /** When `wake` must be called next, in ms since the epoch; `undefined` when nothing is planned. */
  wakeAt(): number | undefined {
    const times = this.#jobs.values().flatMap(job => this.#plan(job));
    const first = Math.min(this.#queue.firstDeadline() ?? Infinity, ...times);
    return Number.isFinite(first) ? first : undefined;
  }

  /** Rolls a job out to a thing that became a target: at once, or when the job begins; after its end no more. */
  include(job: Job, thingName: string): void {
    if (job.status === "SCHEDULED") {
      this.#jobs.put(job.jobId, { ...job, waiting: [...new Set([...job.waiting, thingName])] });
    } else if (job.status === "IN_PROGRESS" && !this.#isPastEnd(job)) {
      this.#enqueue(job.jobId, thingName);
    }
  }

  /** Leaves a thing out of what is left of a rollout; harmless when that does not have it. */
  exclude(job: Job, thingName: string): void {
    if (!job.waiting.includes(thingName)) return;
    this.#jobs.put(job.jobId, { ...job, waiting: job.waiting.filter(name => name !== thingName) });
    this.#completeIfDone(job.jobId);
  }

  /** Gives one thing its execution of a job, unless it has or had one that was not removed. */
  #enqueue(jobId: string, thingName: string): void {
    const old = this.#queue.find(thingName, jobId);
    if (old !== undefined && old.status !== "REMOVED") return;
    this.#queue.put(this.#newExecution(jobId, thingName, (old?.executionNumber ?? 0) + 1));
  }

  /** What follows when an execution has ended: a retry, an abort, the end of the job. */
  ended(execution: Execution): void {
    const job = this.#jobs.get(execution.jobId);
    if (job === undefined) return;
    const { jobId, thingName } = execution;
    const before = this.#queue.earlier(thingName, jobId);
    if (job.status === "IN_PROGRESS" && mayRetry(job.jobExecutionsRetryConfig, execution, before)) {
      this.#queue.put(this.#newExecution(jobId, thingName, execution.executionNumber + 1));
      return;
    }
    if (job.status === "IN_PROGRESS" && mustAbort(job.abortConfig, this.#queue.countsOf(jobId))) {
      this.cancel(job, { force: false, reasonCode: "ABORT_CRITERIA_MET" });
      return;
    }
    this.#completeIfDone(jobId);
  }

  /** Ends a job; executions IN_PROGRESS go on unless `force` is set. */
  cancel(job: Job, ending: Ending): void {
    const now = this.#now();
    this.#jobs.put(job.jobId, {
      ...job,
      status: "CANCELED",
      waiting: [],
      lastUpdatedAt: now,
      completedAt: now,
      forceCanceled: ending.force,
      ...(ending.reasonCode !== undefined && { reasonCode: ending.reasonCode }),
      ...(ending.comment !== undefined && { comment: ending.comment }),
    });
    for (const execution of this.#queue.ofJob(job.jobId)) {
      const cancels = execution.status === "QUEUED" || ending.force;
      if (cancels && isPending(execution)) this.cancelExecution(execution);
    }
  }

  cancelExecution(execution: Execution, statusDetails: Record<string, string> = {}): void {
    this.#queue.put({
      ...execution,
      status: "CANCELED",
      statusDetails: { ...execution.statusDetails, ...statusDetails },
      lastUpdatedAt: this.#now(),
      versionNumber: execution.versionNumber + 1,
      ...(execution.status === "IN_PROGRESS" && { forceCanceled: true }),
    });
  }

  #newExecution(jobId: string, thingName: string, executionNumber: number): Execution {
    const now = this.#now();
    return {
      jobId,
      thingName,
      executionNumber,
      status: "QUEUED",
      statusDetails: {},
      queuedAt: now,
      lastUpdatedAt: now,
      versionNumber: 1,
    };
  }

  #timeOut(execution: Execution): void {
    const timedOut: Execution = {
      ...execution,
      status: "TIMED_OUT",
      lastUpdatedAt: this.#now(),
      versionNumber: execution.versionNumber + 1,
    };
    this.#queue.put(timedOut);
    this.ended(timedOut);
  }

  #plan(job: Job): number[] {
    const { startAt = job.createdAt, endAt } = parseSchedule(job.schedulingConfig, job.createdAt);
    if (job.status === "SCHEDULED") return [startAt];
    if (job.status !== "IN_PROGRESS") return [];
    const minute = (job.startedAt ?? startAt) + (job.rolloutMinute + 1) * MINUTE_MS;
    const rollout = job.waiting.length > 0 ? [minute] : [];
    return endAt !== undefined && this.#changesAtEnd(job) ? [...rollout, endAt] : rollout;
  }

  #advance(job: Job): void {
    if (job.status !== "SCHEDULED" && job.status !== "IN_PROGRESS") return;
    const now = this.#now();
    const { startAt = job.createdAt, endAt } = parseSchedule(job.schedulingConfig, job.createdAt);
    if (now < startAt) return;
    const begun: Job = { ...job, status: "IN_PROGRESS", startedAt: job.startedAt ?? now };
    if (endAt !== undefined && now >= endAt) this.#endSchedule(begun);
    else this.#rollOut(begun);
  }

  #rollOut(job: Job): void {
    const minute = Math.floor((this.#now() - (job.startedAt ?? 0)) / MINUTE_MS);
    if (minute <= job.rolloutMinute) return;
    const counts = this.#queue.countsOf(job.jobId);
    const notified = Object.values(counts).reduce((sum, n) => sum + n, 0);
    const state = { notified, succeeded: counts.SUCCEEDED };
    const rate = ratePerMinute(job.jobExecutionsRolloutConfig, state);
    const waiting = job.waiting.slice(rate);
    if (job.rolloutMinute >= 0 && job.waiting.length === 0) return;
    this.#jobs.put(job.jobId, { ...job, waiting, rolloutMinute: minute });
    for (const thingName of job.waiting.slice(0, rate)) this.#enqueue(job.jobId, thingName);
    this.#completeIfDone(job.jobId);
  }

  #endSchedule(job: Job): void {
    const behavior = job.schedulingConfig?.endBehavior ?? "STOP_ROLLOUT";
    if (behavior !== "STOP_ROLLOUT") {
      this.cancel(job, { force: behavior === "FORCE_CANCEL", reasonCode: "SCHEDULE_ENDED" });
    } else {
      this.#jobs.put(job.jobId, { ...job, waiting: [] });
      this.#completeIfDone(job.jobId);
    }
  }

  #completeIfDone(jobId: string): void {
    const job = this.#jobs.get(jobId);
    if (job?.status !== "IN_PROGRESS" || job.waiting.length > 0) return;
    if (job.targetSelection === "CONTINUOUS" && !this.#isPastEnd(job)) return;
    if (this.#queue.ofJob(jobId).some(isPending)) return;
    const now = this.#now();
    this.#jobs.put(jobId, { ...job, status: "COMPLETED", completedAt: now, lastUpdatedAt: now });
  }

  #isPastEnd({ schedulingConfig, createdAt }: Job): boolean {
    const { endAt } = parseSchedule(schedulingConfig, createdAt);
    return endAt !== undefined && this.#now() >= endAt;
  }

  /** Whether the end of its schedule has something left to change in a job. */
  #changesAtEnd({ jobId, schedulingConfig, targetSelection, waiting }: Job): boolean {
    const behavior = schedulingConfig?.endBehavior ?? "STOP_ROLLOUT";
    if (waiting.length > 0 || behavior !== "STOP_ROLLOUT") return true;
    return targetSelection === "CONTINUOUS" && !this.#queue.ofJob(jobId).some(isPending);
  }
}
