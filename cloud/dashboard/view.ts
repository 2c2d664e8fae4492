// SPDX-License-Identifier: MIT
import type { Desk } from "../desk.js";
import type { Execution } from "../jobs/execution.js";
import type { Counts } from "../jobs/queue.js";

/** One attempt at a job, as the page shows it. */
export interface ExecutionView {
  readonly jobId: string;
  readonly thing: string;
  readonly attempt: number;
  readonly status: string;
  /** 0..1. */
  readonly progress: number;
  /** What the device says: the reason of an end, or what it does. */
  readonly note: string;
  readonly updatedAt: number;
}

export interface JobView {
  readonly id: string;
  readonly status: string;
  readonly createdAt: number;
  readonly counts: Counts;
  /** Things that the rollout has not reached. */
  readonly waiting: number;
  readonly executions: readonly ExecutionView[];
}

export interface ThingView {
  readonly name: string;
  /** The version that it last reported to run, empty when it never did. */
  readonly version: string;
  /** Its attempts, the newest first. */
  readonly history: readonly ExecutionView[];
}

/** A thing that began to run a version. Times are in ms since the epoch. */
export interface VersionEvent {
  readonly at: number;
  readonly thing: string;
  readonly version: string;
}

/** All that the page shows. */
export interface FleetView {
  readonly things: readonly ThingView[];
  /** The newest first. */
  readonly jobs: readonly JobView[];
  /** The oldest first. */
  readonly versions: readonly VersionEvent[];
}

/** What the dashboard shows of a cloud now. */
export function viewFleet(desk: Desk): FleetView {
  const histories = desk.things.list().map(({ thingName }) => ({
    name: thingName,
    history: desk.jobs.executions
      .ofThing(thingName)
      .map(viewExecution)
      .sort((a, b) => b.updatedAt - a.updatedAt),
  }));
  const versions = histories
    .flatMap(({ name, history }) => history.flatMap(view => versionEvent(name, view)))
    .sort((a, b) => a.at - b.at);
  const current = new Map(versions.map(event => [event.thing, event.version]));
  return {
    things: histories.map(thing => ({ ...thing, version: current.get(thing.name) ?? "" })),
    jobs: desk.jobs.list().map(job => ({
      id: job.jobId,
      status: job.status,
      createdAt: job.createdAt,
      counts: desk.jobs.executions.countsOf(job.jobId),
      waiting: job.waiting.length,
      executions: desk.jobs.executions.ofJob(job.jobId).map(viewExecution),
    })),
    versions,
  };
}

function viewExecution(execution: Execution): ExecutionView {
  const { jobId, thingName, executionNumber, status, statusDetails, lastUpdatedAt } = execution;
  return {
    jobId,
    thing: thingName,
    attempt: executionNumber,
    status,
    progress: progressOf(execution),
    note: statusDetails["reason"] ?? stepOf(statusDetails),
    updatedAt: lastUpdatedAt,
  };
}

/** Blocks received of blocks in all. Source: AWS's OTA library, the status detail "receive". */
function progressOf({ status, statusDetails }: Execution): number {
  if (status === "SUCCEEDED" || statusDetails["self_test"] !== undefined) return 1;
  const [received = 0, all = 0] = (statusDetails["receive"] ?? "").split("/").map(Number);
  return all > 0 ? Math.min(received / all, 1) : 0;
}

function stepOf(details: Readonly<Record<string, string>>): string {
  const { self_test: test, receive } = details;
  if (test !== undefined) return test === "active" ? "self-test" : "restarting";
  return receive === undefined ? "" : `blocks ${receive}`;
}

/** A success names the version that was accepted: "accepted v1.2.0". */
function versionEvent(thing: string, { status, note, updatedAt }: ExecutionView): VersionEvent[] {
  const version = status === "SUCCEEDED" ? /v(\d+\.\d+\.\d+\S*)/.exec(note)?.[1] : undefined;
  return version === undefined ? [] : [{ at: updatedAt, thing, version }];
}
