// SPDX-License-Identifier: MIT
import { setTimeout as delay } from "node:timers/promises";
import {
  DescribeJobCommand,
  DescribeJobExecutionCommand,
  paginateListJobExecutionsForJob,
} from "@aws-sdk/client-iot";
import type { JobExecution, JobExecutionSummaryForJob } from "@aws-sdk/client-iot";
import type { Aws } from "./aws.js";

/** Where one device is with a job. */
export interface ExecutionView {
  readonly thingName: string;
  readonly status: string;
  /** What the device reported: `receive`, `self_test`, `reason`, and so on. */
  readonly details: Readonly<Record<string, string>>;
  /** Counts retries, from 1. */
  readonly executionNumber: number;
  /** Milliseconds since 1970; `undefined` while it is queued. */
  readonly startedAt: number | undefined;
  readonly lastUpdatedAt: number | undefined;
}

/** Where a job is. */
export interface JobView {
  readonly jobId: string;
  readonly status: string;
  readonly executions: readonly ExecutionView[];
}

const terminal: ReadonlySet<string> = new Set([
  "SUCCEEDED",
  "FAILED",
  "TIMED_OUT",
  "REJECTED",
  "REMOVED",
  "CANCELED",
]);

/** Whether a device is through with a job. */
export const isTerminal = (execution: ExecutionView): boolean => terminal.has(execution.status);

/** Whether nothing will change any more. */
export function isOver(job: JobView): boolean {
  const closed = job.status === "COMPLETED" || job.status === "CANCELED";
  return closed && job.executions.every(isTerminal);
}

/** Whether every device has the update, and there is one that does. */
export function isSuccess(job: JobView): boolean {
  const { executions } = job;
  return executions.length > 0 && executions.every(({ status }) => status === "SUCCEEDED");
}

/** The share of the file that a device reported to have, 0..1. Source: `receive` is "blocks/of blocks". */
export function receivedShare({ status, details }: ExecutionView): number {
  if (status === "SUCCEEDED" || details["self_test"] !== undefined) return 1;
  const [received = 0, total = 0] = (details["receive"] ?? "").split("/").map(Number);
  return total > 0 ? Math.min(1, received / total) : 0;
}

/** What a device is doing, in a few words; for a failure its reason. */
export function describeExecution({ status, details }: ExecutionView): string {
  if (terminal.has(status)) return details["detail"] ?? details["reason"] ?? "";
  const test = details["self_test"];
  if (test !== undefined) return test === "active" ? "self-test" : "restarting";
  return details["receive"] === undefined ? "" : `blocks ${details["receive"]}`;
}

/**
 * Reads where a job is, and asks about a device only when there is something new to hear: an account may ask for
 * ten executions a second. Source: AWS IoT Device Management quotas, DescribeJobExecution.
 */
export class JobReader {
  readonly #aws: Aws;
  readonly #jobId: string;
  /** Executions that are over, by thing and number: nothing changes in them any more. */
  readonly #over = new Map<string, ExecutionView>();

  constructor(aws: Aws, jobId: string) {
    this.#aws = aws;
    this.#jobId = jobId;
  }

  /** @throws CliError "cloud". */
  async read(): Promise<JobView> {
    const jobId = this.#jobId;
    const { job } = await this.#aws.iot.send(new DescribeJobCommand({ jobId }));
    const executions: ExecutionView[] = [];
    for await (const page of paginateListJobExecutionsForJob(
      { client: this.#aws.iot },
      { jobId },
    )) {
      const summaries = page.executionSummaries ?? [];
      executions.push(
        ...(await Promise.all(summaries.map(summary => this.#readExecution(summary)))),
      );
    }
    return { jobId, status: job?.status ?? "UNKNOWN", executions };
  }

  async #readExecution(summary: JobExecutionSummaryForJob): Promise<ExecutionView> {
    const thingName = thingNameOf(summary.thingArn);
    const { status, executionNumber } = summary.jobExecutionSummary ?? {};
    if (status === "QUEUED") return viewExecution(thingName, { status, executionNumber });
    const key = `${executionNumber} ${thingName}`;
    const known = this.#over.get(key);
    if (known !== undefined) return known;
    const request = { jobId: this.#jobId, thingName, executionNumber };
    const { execution } = await this.#aws.iot.send(new DescribeJobExecutionCommand(request));
    const view = viewExecution(thingName, execution);
    if (isTerminal(view)) this.#over.set(key, view);
    return view;
  }
}

const thingNameOf = (arn = ""): string => arn.slice(arn.indexOf(":thing/") + ":thing/".length);

function viewExecution(thingName: string, execution: JobExecution = {}): ExecutionView {
  const { status, executionNumber, statusDetails, startedAt, lastUpdatedAt } = execution;
  return {
    thingName,
    status: status ?? "UNKNOWN",
    details: statusDetails?.detailsMap ?? {},
    executionNumber: executionNumber ?? 1,
    startedAt: startedAt?.getTime(),
    lastUpdatedAt: lastUpdatedAt?.getTime(),
  };
}

export interface WatchOptions {
  readonly intervalMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Follows a job until nothing changes any more; gives each view that differs from the one before.
 * The REST API has no events, so it asks every `intervalMs`.
 * @throws CliError "cloud"; AbortError once `signal` aborts.
 */
export async function* watchJob(
  aws: Aws,
  jobId: string,
  { intervalMs = 1000, signal }: WatchOptions = {},
): AsyncGenerator<JobView, void> {
  const reader = new JobReader(aws, jobId);
  let last = "";
  for (;;) {
    const view = await reader.read();
    const now = JSON.stringify(view);
    if (now !== last) yield view;
    if (isOver(view)) return;
    last = now;
    await delay(intervalMs, undefined, signal === undefined ? {} : { signal });
  }
}
