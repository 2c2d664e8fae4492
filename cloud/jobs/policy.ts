// SPDX-License-Identifier: MIT
import { IotError } from "../errors.js";
import type { Execution } from "./execution.js";
import type { AbortConfig, RetryConfig, RolloutConfig, SchedulingConfig } from "./job.js";
import type { Counts } from "./queue.js";

/*
 * The arithmetic of rollouts, aborts, retries and schedules: numbers in, a decision out.
 * Source: AWS IoT developer guide, "How job configurations work".
 */

/** AWS's rate when a job asks for none, in things per minute. */
const DEFAULT_RATE = 1000;
/** No device retries one job more often, whatever its criteria add up to. */
const MAX_RETRIES = 10;

/** How far a rollout has come. */
export interface RolloutState {
  readonly notified: number;
  readonly succeeded: number;
}

/**
 * How many more things a rollout may reach in one minute.
 * An exponential rate is multiplied each time another full count of things is notified or succeeds:
 * 50 a minute, doubled every 1,000, gives 50, 100, 200, 400.
 */
export function ratePerMinute(config: RolloutConfig | undefined, state: RolloutState): number {
  const limit = config?.maximumPerMinute ?? DEFAULT_RATE;
  const exponential = config?.exponentialRate;
  if (exponential === undefined) return limit;
  const { baseRatePerMinute, incrementFactor, rateIncreaseCriteria: criteria } = exponential;
  const increases =
    "numberOfNotifiedThings" in criteria
      ? Math.floor(state.notified / criteria.numberOfNotifiedThings)
      : Math.floor(state.succeeded / criteria.numberOfSucceededThings);
  return Math.min(limit, Math.floor(baseRatePerMinute * incrementFactor ** increases));
}

/** Whether one of the criteria, looked at in order, says that the job must stop. */
export function mustAbort(config: AbortConfig | undefined, counts: Counts): boolean {
  const { FAILED, REJECTED, TIMED_OUT } = counts;
  const failures = { FAILED, REJECTED, TIMED_OUT, ALL: FAILED + REJECTED + TIMED_OUT };
  const executed = Object.values(counts).reduce((sum, n) => sum + n, 0);
  return (config?.criteriaList ?? []).some(
    ({ failureType, thresholdPercentage, minNumberOfExecutedThings }) =>
      executed >= minNumberOfExecutedThings &&
      failures[failureType] > 0 &&
      (failures[failureType] / executed) * 100 >= thresholdPercentage,
  );
}

/** Whether `ended` is tried again, after the attempts that came `before` it. */
export function mayRetry(
  config: RetryConfig | undefined,
  ended: Execution,
  before: readonly Execution[],
): boolean {
  if (ended.status !== "FAILED" && ended.status !== "TIMED_OUT") return false;
  if (before.length >= MAX_RETRIES) return false;
  return (config?.criteriaList ?? []).some(({ failureType, numberOfRetries }) => {
    const counts = (e: Execution): boolean => failureType === "ALL" || e.status === failureType;
    return counts(ended) && before.filter(counts).length < numberOfRetries;
  });
}

const MINUTE_MS = 60_000;
const YEAR_MS = 365 * 24 * 60 * MINUTE_MS;

/** When a schedule begins and ends, in ms since the epoch; `undefined` for what it leaves open. */
export interface Schedule {
  readonly startAt: number | undefined;
  readonly endAt: number | undefined;
}

/**
 * Reads a schedule; its times are "YYYY-MM-DDTHH:MM" in UTC.
 * @throws IotError "InvalidRequest" outside AWS's limits.
 */
export function parseSchedule(config: SchedulingConfig | undefined, now: number): Schedule {
  const startAt = parseTime("startTime", config?.startTime);
  const endAt = parseTime("endTime", config?.endTime);
  const fault =
    endAt === undefined ? openEndFault(config, startAt, now) : endFault(startAt, endAt, now);
  if (fault !== undefined) throw new IotError("InvalidRequest", `schedulingConfig: ${fault}`);
  return { startAt, endAt };
}

function openEndFault(
  config: SchedulingConfig | undefined,
  startAt: number | undefined,
  now: number,
): string | undefined {
  if (config?.endBehavior !== undefined) return "endBehavior needs an endTime";
  return startAt === undefined ? undefined : startFault(startAt, now);
}

function endFault(startAt: number | undefined, endAt: number, now: number): string | undefined {
  if (startAt === undefined) return "endTime needs a startTime";
  if (endAt < startAt + 30 * MINUTE_MS) return "endTime must be 30 minutes after startTime or more";
  if (endAt > now + 2 * YEAR_MS) return "endTime must be within two years";
  return startFault(startAt, now);
}

function startFault(startAt: number, now: number): string | undefined {
  if (startAt < now) return "startTime must be in the future";
  return startAt > now + YEAR_MS ? "startTime must be within one year" : undefined;
}

function parseTime(field: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?/.exec(text);
  const time = match === null ? Number.NaN : Date.parse(`${match[0].replace(" ", "T")}Z`);
  if (!Number.isNaN(time)) return time;
  throw new IotError("InvalidRequest", `schedulingConfig.${field} must be YYYY-MM-DDTHH:MM in UTC`);
}
