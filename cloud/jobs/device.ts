// SPDX-License-Identifier: MIT
import { IotError } from "../errors.js";
import { type Execution, formatSummary, isPending, seconds, stateOf } from "./execution.js";
import type { ExecutionQueue } from "./queue.js";
import type { DescribeRequest, StartNextRequest, UpdateRequest } from "./requests.js";

/** What the operations need to know beyond the queue. */
export interface DeviceOperationsOptions {
  readonly queue: ExecutionQueue;
  readonly now: () => number;
  readonly documentOf: (execution: Execution) => unknown;
  readonly isThing: (thingName: string) => boolean;
  /** The job's in-progress timeout in ms, `undefined` when it has none. */
  readonly inProgressTimeoutMsOf: (jobId: string) => number | undefined;
  /** Called when an execution ended, after it was stored. */
  readonly ended: (execution: Execution) => void;
}

const MINUTE_MS = 60_000;

/**
 * The four operations of the Jobs service that a device may call, whatever carries them.
 * Source: AWS IoT developer guide, "Jobs device MQTT and HTTPS APIs".
 */
export class DeviceOperations {
  readonly #options: DeviceOperationsOptions;
  readonly #queue: ExecutionQueue;

  constructor(options: DeviceOperationsOptions) {
    this.#options = options;
    this.#queue = options.queue;
  }

  /** @throws IotError "ResourceNotFound" for a thing that is not registered. */
  getPending(thingName: string): Record<string, unknown> {
    this.#needThing(thingName);
    const pending = this.#queue.pending(thingName);
    const of = (status: string): object[] =>
      pending.filter(e => e.status === status).map(formatSummary);
    return { inProgressJobs: of("IN_PROGRESS"), queuedJobs: of("QUEUED") };
  }

  /**
   * Starts the next execution; one that is already IN_PROGRESS keeps its details.
   * @throws IotError "ResourceNotFound" for a thing that is not registered.
   */
  startNext(thingName: string, request: StartNextRequest): Record<string, unknown> {
    this.#needThing(thingName);
    const next = this.#queue.next(thingName);
    if (next === undefined) return {};
    const { statusDetails = {}, stepTimeoutInMinutes } = request;
    const started =
      next.status === "IN_PROGRESS"
        ? next
        : this.#progress(next, { status: "IN_PROGRESS", statusDetails });
    const timed = this.#withStepTimer(started, stepTimeoutInMinutes);
    if (timed !== next) this.#queue.put(timed);
    return { execution: this.#withDocument(timed) };
  }

  /**
   * Describes an execution, by job id or the next one as "$next".
   * @throws IotError "ResourceNotFound", "TerminalStateReached".
   */
  describe(thingName: string, jobId: string, request: DescribeRequest): Record<string, unknown> {
    this.#needThing(thingName);
    const execution = this.#find(thingName, jobId, request.executionNumber);
    if (execution === undefined) return {};
    if (!isPending(execution)) {
      throw new IotError("TerminalStateReached", `Job execution is ${execution.status}`);
    }
    const format = request.includeJobDocument
      ? this.#withDocument(execution)
      : this.#queue.format(execution);
    return { execution: format };
  }

  /**
   * Moves an execution on, as its device reports.
   * @throws IotError "ResourceNotFound", "InvalidStateTransition", "VersionMismatch".
   */
  update(thingName: string, jobId: string, request: UpdateRequest): Record<string, unknown> {
    this.#needThing(thingName);
    const old = this.#find(thingName, jobId, request.executionNumber);
    if (old === undefined) throw new IotError("ResourceNotFound", `No job ${jobId} is pending`);
    checkUpdate(old, request);
    const moved = this.#progress(old, {
      status: request.status,
      statusDetails: { ...old.statusDetails, ...request.statusDetails },
    });
    const execution = this.#withStepTimer(moved, request.stepTimeoutInMinutes);
    this.#queue.put(execution);
    if (!isPending(execution)) this.#options.ended(execution);
    return {
      ...(request.includeJobExecutionState && { executionState: stateOf(execution) }),
      ...(request.includeJobDocument && { jobDocument: this.#options.documentOf(execution) }),
    };
  }

  #needThing(thingName: string): void {
    if (this.#options.isThing(thingName)) return;
    throw new IotError("ResourceNotFound", `Thing ${thingName} is not registered`);
  }

  #find(thingName: string, jobId: string, executionNumber?: number): Execution | undefined {
    if (jobId === "$next") return this.#queue.next(thingName);
    const found = this.#queue.find(thingName, jobId, executionNumber);
    if (found !== undefined) return found;
    throw new IotError("ResourceNotFound", `Thing ${thingName} has no execution of job ${jobId}`);
  }

  #withDocument(execution: Execution): Record<string, unknown> {
    const jobDocument = this.#options.documentOf(execution);
    return { ...this.#queue.format(execution), jobDocument };
  }

  #progress(old: Execution, change: Pick<Execution, "status" | "statusDetails">): Execution {
    const now = this.#options.now();
    const versionNumber = old.versionNumber + 1;
    const moved = { ...old, ...change, lastUpdatedAt: now, versionNumber };
    if (change.status !== "IN_PROGRESS" || old.startedAt !== undefined) return moved;
    const timeoutMs = this.#options.inProgressTimeoutMsOf(old.jobId);
    const started = { ...moved, startedAt: now };
    return timeoutMs === undefined ? started : { ...started, inProgressDeadline: now + timeoutMs };
  }

  #withStepTimer(execution: Execution, minutes: number | undefined): Execution {
    if (minutes === undefined) return execution;
    const stepDeadline = minutes === -1 ? undefined : this.#options.now() + minutes * MINUTE_MS;
    return { ...execution, stepDeadline };
  }
}

function checkUpdate(old: Execution, request: UpdateRequest): void {
  if (!isPending(old)) {
    const message = `Job execution is ${old.status}; it cannot become ${request.status}`;
    throw new IotError("InvalidStateTransition", message, stateOf(old));
  }
  const { expectedVersion = old.versionNumber } = request;
  if (expectedVersion === old.versionNumber) return;
  const message = `Expected version ${expectedVersion} but the current version is ${old.versionNumber}`;
  throw new IotError("VersionMismatch", message, stateOf(old));
}

/** The field that every reply carries. */
export function stamp(now: number): { readonly timestamp: number } {
  return { timestamp: seconds(now) };
}
