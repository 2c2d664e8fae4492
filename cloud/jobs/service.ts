// SPDX-License-Identifier: MIT
import { IotError } from "../errors.js";
import type { Outbox } from "../outbox.js";
import { needNone, needResource, needVersion } from "../store/resource.js";
import type { Store } from "../store/store.js";
import type { Table } from "../store/table.js";
import { DeviceOperations } from "./device.js";
import { type Execution, isPending } from "./execution.js";
import {
  addTargetsRequest,
  createJobRequest,
  type CreateJobInput,
  type CreateJobRequest,
  type Job,
  updateJobRequest,
} from "./job.js";
import { parseSchedule } from "./policy.js";
import { JobProgress } from "./progress.js";
import { ExecutionQueue } from "./queue.js";
import { parseRequest } from "./requests.js";
import { JobsTopics } from "./topics.js";

/** What the Jobs service needs of the rest of the cloud. */
export interface JobsServiceOptions {
  readonly store: Store;
  readonly outbox: Outbox;
  /** The time in ms since the epoch. */
  readonly now: () => number;
  readonly isThing: (thingName: string) => boolean;
  /**
   * The things that a target ARN means now.
   * @throws IotError "ResourceNotFound".
   */
  readonly thingsOf: (targetArn: string) => readonly string[];
  /** @throws IotError "InvalidRequest" when a job's document, JSON, cannot be filled. */
  readonly checkDocument: (document: string) => void;
  /** Whether a target ARN means that thing now. */
  readonly isTarget: (targetArn: string, thingName: string) => boolean;
  /** Replaces the placeholders of a job's document, as each request of a thing for it asks. */
  readonly fillDocument: (job: Job, thingName: string) => string;
}

/** The Jobs service: what operators do with jobs, and what devices do with executions. */
export class JobsService {
  readonly device: DeviceOperations;
  readonly topics: JobsTopics;
  readonly executions: ExecutionQueue;
  readonly #options: JobsServiceOptions;
  readonly #jobs: Table<Job>;
  readonly #progress: JobProgress;

  constructor(options: JobsServiceOptions) {
    const { store, outbox, now, isThing } = options;
    this.#options = options;
    this.#jobs = store.table<Job>("jobs");
    const documentOf = (execution: Execution): unknown => this.#documentOf(execution);
    this.executions = new ExecutionQueue(store, outbox, now, documentOf);
    this.#progress = new JobProgress(this.#jobs, this.executions, now);
    this.device = new DeviceOperations({
      queue: this.executions,
      now,
      documentOf,
      isThing,
      inProgressTimeoutMsOf: jobId => {
        const minutes = this.#jobs.get(jobId)?.timeoutConfig?.inProgressTimeoutInMinutes;
        return minutes === undefined ? undefined : minutes * 60_000;
      },
      ended: execution => this.#progress.ended(execution),
    });
    this.topics = new JobsTopics(this.device, outbox, now);
  }

  /**
   * Creates a job and begins its rollout.
   * @throws IotError "InvalidRequest", "ResourceAlreadyExists", "ResourceNotFound" (a target).
   */
  create(input: CreateJobInput): Job {
    const request = parseRequest(createJobRequest, input);
    const document = needDocument(request);
    this.#options.checkDocument(document);
    needNone(this.#jobs, "Job", request.jobId);
    const now = this.#options.now();
    const { startAt } = parseSchedule(request.schedulingConfig, now);
    const waiting = [...new Set(request.targets.flatMap(arn => this.#options.thingsOf(arn)))];
    this.#jobs.put(request.jobId, {
      ...request,
      document,
      status: startAt === undefined ? "IN_PROGRESS" : "SCHEDULED",
      createdAt: now,
      lastUpdatedAt: now,
      waiting,
      rolloutMinute: -1,
    });
    this.wake();
    return this.get(request.jobId);
  }

  /** @throws IotError "ResourceNotFound". */
  get(jobId: string): Job {
    return needResource(this.#jobs, "Job", jobId);
  }

  /** All jobs, the newest first. */
  list(): Job[] {
    return this.#jobs.values().reverse();
  }

  /** @throws IotError "InvalidRequest", "ResourceNotFound". */
  update(jobId: string, input: unknown): void {
    const request = parseRequest(updateJobRequest, input);
    const job = this.get(jobId);
    this.#jobs.put(jobId, { ...job, ...request, lastUpdatedAt: this.#options.now() });
  }

  /**
   * Adds targets to a continuous job.
   * @throws IotError "InvalidRequest", "ResourceNotFound" (the job, or a target).
   */
  addTargets(jobId: string, input: unknown): Job {
    const { targets, comment } = parseRequest(addTargetsRequest, input);
    const job = this.get(jobId);
    if (job.targetSelection !== "CONTINUOUS" || job.status !== "IN_PROGRESS") {
      throw new IotError("InvalidRequest", `Job ${jobId} is not continuous and IN_PROGRESS`);
    }
    const things = targets.flatMap(arn => this.#options.thingsOf(arn));
    this.#jobs.put(jobId, {
      ...job,
      targets: [...new Set([...job.targets, ...targets])],
      lastUpdatedAt: this.#options.now(),
      ...(comment !== undefined && { comment }),
    });
    for (const thingName of things) this.#progress.include(this.get(jobId), thingName);
    return this.get(jobId);
  }

  /** @throws IotError "ResourceNotFound", "InvalidRequest" when it has ended before. */
  cancel(jobId: string, ending: { force: boolean; reasonCode?: string; comment?: string }): void {
    const job = this.get(jobId);
    if (job.status === "COMPLETED" || job.status === "CANCELED") {
      throw new IotError("InvalidRequest", `Job ${jobId} is ${job.status}`);
    }
    this.#progress.cancel(job, ending);
  }

  /** @throws IotError "ResourceNotFound", "InvalidStateTransition" while it runs and without force. */
  delete(jobId: string, force: boolean): void {
    const job = this.get(jobId);
    const isOver = job.status === "COMPLETED" || job.status === "CANCELED";
    if (!isOver && !force) {
      throw new IotError("InvalidStateTransition", `Job ${jobId} is ${job.status}; use force`);
    }
    this.executions.deleteJob(jobId);
    this.#jobs.delete(jobId);
  }

  /** @throws IotError "ResourceNotFound". */
  getExecution(thingName: string, jobId: string, executionNumber?: number): Execution {
    const found = this.executions.find(thingName, jobId, executionNumber);
    if (found !== undefined) return found;
    throw new IotError("ResourceNotFound", `Thing ${thingName} has no execution of job ${jobId}`);
  }

  /** @throws IotError "ResourceNotFound", "InvalidStateTransition", "VersionConflict". */
  cancelExecution(
    thingName: string,
    jobId: string,
    options: {
      readonly force: boolean;
      readonly expectedVersion?: number | undefined;
      readonly statusDetails?: Record<string, string> | undefined;
    },
  ): void {
    const execution = this.getExecution(thingName, jobId);
    const isCancelable = execution.status === "QUEUED" || options.force;
    if (!isPending(execution) || !isCancelable) {
      throw new IotError("InvalidStateTransition", `Job execution is ${execution.status}`);
    }
    needVersion(options.expectedVersion, execution.versionNumber);
    this.#progress.cancelExecution(execution, options.statusDetails);
    this.#progress.ended(this.getExecution(thingName, jobId));
  }

  /** @throws IotError "ResourceNotFound", "InvalidStateTransition" while it is pending and without force. */
  deleteExecution(thingName: string, jobId: string, number: number, force: boolean): void {
    const execution = this.getExecution(thingName, jobId, number);
    if (isPending(execution) && !force) {
      const message = `Job execution is ${execution.status}; use force`;
      throw new IotError("InvalidStateTransition", message);
    }
    if (isPending(execution)) this.#remove(execution);
    this.executions.delete(execution);
  }

  /** Gives a thing that joined a target its execution of each continuous job on that target. */
  joined(targetArn: string, thingName: string): void {
    for (const job of this.#jobs.values()) {
      const isContinuous = job.targetSelection === "CONTINUOUS";
      if (isContinuous && job.targets.includes(targetArn)) this.#progress.include(job, thingName);
    }
  }

  /** Takes from a thing that is gone, or that left a target, what jobs had for it that no longer mean it. */
  left(thingName: string): void {
    for (const job of this.#jobs.values()) {
      if (this.#isMeant(job, thingName)) continue;
      this.#progress.exclude(job, thingName);
      const execution = this.executions.find(thingName, job.jobId);
      if (execution !== undefined && isPending(execution)) this.#remove(execution);
    }
  }

  #isMeant({ targetSelection, targets }: Job, thingName: string): boolean {
    const { isThing, isTarget } = this.#options;
    if (targetSelection === "SNAPSHOT") return isThing(thingName);
    return targets.some(arn => isTarget(arn, thingName));
  }

  /** Does all that is due by now. */
  wake(): void {
    this.#progress.wake();
  }

  /** When `wake` must be called next, in ms since the epoch; `undefined` when nothing is planned. */
  wakeAt(): number | undefined {
    return this.#progress.wakeAt();
  }

  #remove(execution: Execution): void {
    const lastUpdatedAt = this.#options.now();
    const versionNumber = execution.versionNumber + 1;
    const removed = { ...execution, status: "REMOVED", lastUpdatedAt, versionNumber } as const;
    this.executions.put(removed);
    this.#progress.ended(removed);
  }

  #documentOf({ jobId, thingName }: Execution): unknown {
    return JSON.parse(this.#options.fillDocument(this.get(jobId), thingName));
  }
}

function needDocument(request: CreateJobRequest): string {
  const { document } = request;
  if (document === undefined) throw new IotError("InvalidRequest", "document: missing");
  try {
    JSON.parse(document);
  } catch {
    throw new IotError("InvalidRequest", "document: not valid JSON");
  }
  return document;
}
