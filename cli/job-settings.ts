// SPDX-License-Identifier: MIT
import type {
  AbortCriteria,
  CreateJobRequest,
  ExponentialRolloutRate,
  JobEndBehavior,
  RateIncreaseCriteria,
  RetryCriteria,
  SchedulingConfig,
} from "@aws-sdk/client-iot";
import { InvalidArgumentError } from "@commander-js/extra-typings";
import { CliError } from "./failure.js";

/*
 * How the options of `xs-ota deploy` say what CreateJob takes. Ranges: AWS IoT API reference, CreateJob.
 */

/** What happens to devices that are not through when a schedule ends, as the command line says it. */
export const endBehaviors = Object.freeze({
  "stop-rollout": "STOP_ROLLOUT",
  cancel: "CANCEL",
  "force-cancel": "FORCE_CANCEL",
} as const satisfies Record<string, JobEndBehavior>);

/** What the command line says about how a job goes on. */
export interface JobOptions {
  readonly rate?: number | undefined;
  readonly ramp?: ExponentialRolloutRate | undefined;
  readonly abort?: AbortCriteria[] | undefined;
  readonly timeout?: number | undefined;
  readonly retry?: RetryCriteria[] | undefined;
  readonly continuous?: true | undefined;
  readonly start?: string | undefined;
  readonly end?: string | undefined;
  readonly endBehavior?: keyof typeof endBehaviors | undefined;
}

/** The part of a CreateJob request that the options stand for; nothing for what they do not say. */
export function jobSettings(options: JobOptions): Partial<CreateJobRequest> {
  const { rate, ramp, abort, timeout, retry, continuous } = options;
  const rollout = { maximumPerMinute: rate, exponentialRate: ramp };
  const settings: Partial<CreateJobRequest> = {
    jobExecutionsRolloutConfig: rate === undefined && ramp === undefined ? undefined : rollout,
    abortConfig: abort && { criteriaList: abort },
    timeoutConfig: timeout === undefined ? undefined : { inProgressTimeoutInMinutes: timeout },
    jobExecutionsRetryConfig: retry && { criteriaList: retry },
    targetSelection: continuous && "CONTINUOUS",
    schedulingConfig: schedule(options),
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** @throws CliError "usage" for an end without a start, or an end behaviour without an end, as AWS has it. */
function schedule({ start, end, endBehavior }: JobOptions): SchedulingConfig | undefined {
  if (end !== undefined && start === undefined) throw needs("--end", "--start");
  if (endBehavior !== undefined && end === undefined) throw needs("--end-behavior", "--end");
  if (start === undefined) return undefined;
  return {
    startTime: start,
    ...(end && { endTime: end }),
    ...(endBehavior && { endBehavior: endBehaviors[endBehavior] }),
  };
}

const needs = (option: string, other: string): CliError =>
  new CliError("usage", `${option} needs ${other}`, `Give ${other} too.`);

/** `2026-12-01T08:30`, in UTC, as CreateJob takes it. */
export function parseTime(text: string): string {
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text);
  if (isTime && !Number.isNaN(Date.parse(`${text}Z`))) return text;
  throw new InvalidArgumentError("It is a time in UTC, as in 2026-12-01T08:30.");
}

/** `50,2,succeeded:1000`: 50 a minute, twice as many after each 1000 that succeeded. */
export function parseRamp(text: string): ExponentialRolloutRate {
  const [, base, factor, what, count] =
    /^(\d+),(\d(?:\.\d)?),(notified|succeeded):(\d+)$/.exec(text) ?? [];
  const rate = { baseRatePerMinute: Number(base), incrementFactor: Number(factor) };
  const fits = within(rate.baseRatePerMinute, 1, 1000) && within(rate.incrementFactor, 1.1, 5);
  if (!fits || Number(count) < 1) {
    throw new InvalidArgumentError(
      "It is <1..1000 a minute>,<factor 1.1..5>,<notified|succeeded>:<devices>, as in 50,2,succeeded:1000.",
    );
  }
  const rateIncreaseCriteria: RateIncreaseCriteria =
    what === "notified"
      ? { numberOfNotifiedThings: Number(count) }
      : { numberOfSucceededThings: Number(count) };
  return { ...rate, rateIncreaseCriteria };
}

/** `failed:20:100`: cancel when 20 % of at least 100 devices failed. Given again, it adds to those before. */
export function parseAbort(text: string, before: AbortCriteria[] = []): AbortCriteria[] {
  const [, kind, percent, least] =
    /^(failed|rejected|timed_out|all):(\d+(?:\.\d{1,2})?):(\d+)$/.exec(text) ?? [];
  if (kind === undefined || !within(Number(percent), 0.01, 100) || Number(least) < 1) {
    throw new InvalidArgumentError(
      "It is <failed|rejected|timed_out|all>:<percent>:<devices at least>, as in failed:20:100.",
    );
  }
  const criterion: AbortCriteria = {
    failureType: kind.toUpperCase() as AbortCriteria["failureType"],
    action: "CANCEL",
    thresholdPercentage: Number(percent),
    minNumberOfExecutedThings: Number(least),
  };
  return [...before, criterion];
}

/** `failed:3`: three more tries after a failure. Given again, it adds to those before. */
export function parseRetry(text: string, before: RetryCriteria[] = []): RetryCriteria[] {
  const [, kind, count] = /^(failed|timed_out|all):(\d+)$/.exec(text) ?? [];
  if (kind === undefined || !within(Number(count), 0, 10)) {
    throw new InvalidArgumentError("It is <failed|timed_out|all>:<0..10>, as in failed:3.");
  }
  const failureType = kind.toUpperCase() as RetryCriteria["failureType"];
  return [...before, { failureType, numberOfRetries: Number(count) }];
}

const within = (value: number, least: number, most: number): boolean =>
  value >= least && value <= most;
