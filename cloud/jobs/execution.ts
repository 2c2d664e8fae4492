// SPDX-License-Identifier: MIT
import type { ExecutionState } from "../errors.js";

/** Where an execution can be. Source: AWS IoT API reference, JobExecution.status. */
export const executionStatuses = Object.freeze([
  "QUEUED",
  "IN_PROGRESS",
  "SUCCEEDED",
  "FAILED",
  "TIMED_OUT",
  "REJECTED",
  "REMOVED",
  "CANCELED",
] as const);

export type ExecutionStatus = (typeof executionStatuses)[number];

/** One attempt of one thing at one job. Times are in ms since the epoch. */
export interface Execution {
  readonly jobId: string;
  readonly thingName: string;
  /** 1 for the first attempt, one more for each retry. */
  readonly executionNumber: number;
  readonly status: ExecutionStatus;
  readonly statusDetails: Readonly<Record<string, string>>;
  readonly queuedAt: number;
  readonly startedAt?: number;
  readonly lastUpdatedAt: number;
  /** Goes up with every update. */
  readonly versionNumber: number;
  /** When the in-progress timer ends the execution; it does not move once it runs. */
  readonly inProgressDeadline?: number;
  /** When the step timer ends the execution; every update may move it. */
  readonly stepDeadline?: number | undefined;
  readonly forceCanceled?: boolean;
}

/** Whether the device may still act on it. */
export function isPending(execution: Execution): boolean {
  return execution.status === "QUEUED" || execution.status === "IN_PROGRESS";
}

/** When a timer ends the execution, or `undefined` while none runs. */
export function deadlineOf(execution: Execution): number | undefined {
  if (execution.status !== "IN_PROGRESS") return undefined;
  const first = Math.min(
    execution.inProgressDeadline ?? Infinity,
    execution.stepDeadline ?? Infinity,
  );
  return Number.isFinite(first) ? first : undefined;
}

/** Seconds since the epoch, as AWS's messages carry time. */
export function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}

/** The short form that lists of executions carry. */
export function formatSummary(execution: Execution): object {
  return {
    jobId: execution.jobId,
    queuedAt: seconds(execution.queuedAt),
    ...(execution.startedAt !== undefined && { startedAt: seconds(execution.startedAt) }),
    lastUpdatedAt: seconds(execution.lastUpdatedAt),
    executionNumber: execution.executionNumber,
    versionNumber: execution.versionNumber,
  };
}

/** The long form, without the document. */
export function formatExecution(execution: Execution, now: number): Record<string, unknown> {
  const deadline = deadlineOf(execution);
  return {
    ...formatSummary(execution),
    thingName: execution.thingName,
    status: execution.status,
    statusDetails: execution.statusDetails,
    ...(deadline !== undefined && {
      approximateSecondsBeforeTimedOut: Math.max(0, seconds(deadline - now)),
    }),
  };
}

/** The part that an update's reply and some errors carry. */
export function stateOf(execution: Execution): ExecutionState {
  const { status, statusDetails, versionNumber } = execution;
  return { status, statusDetails, versionNumber };
}
