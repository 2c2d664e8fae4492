// SPDX-License-Identifier: MIT
import { z } from "zod";

/*
 * What an operator may ask of a job, with AWS's limits.
 * Source: AWS IoT API reference, CreateJob; developer guide, "Job rollout, abort, timeout, retry
 * and scheduling configurations".
 */

const count = (max: number): z.ZodInt => z.int().min(1).max(max);

export const rolloutConfig = z.object({
  maximumPerMinute: count(1000).optional(),
  exponentialRate: z
    .object({
      baseRatePerMinute: count(1000),
      incrementFactor: z.number().min(1.1).max(5),
      rateIncreaseCriteria: z.union([
        z.object({ numberOfNotifiedThings: z.int().min(1) }),
        z.object({ numberOfSucceededThings: z.int().min(1) }),
      ]),
    })
    .optional(),
});

export const abortConfig = z.object({
  criteriaList: z
    .array(
      z.object({
        failureType: z.enum(["FAILED", "REJECTED", "TIMED_OUT", "ALL"]),
        action: z.literal("CANCEL"),
        thresholdPercentage: z.number().max(100),
        minNumberOfExecutedThings: z.int().min(1),
      }),
    )
    .min(1),
});

export const retryConfig = z.object({
  criteriaList: z
    .array(
      z.object({
        failureType: z.enum(["FAILED", "TIMED_OUT", "ALL"]),
        numberOfRetries: z.int().min(0).max(10),
      }),
    )
    .min(1)
    .max(2),
});

export const timeoutConfig = z.object({ inProgressTimeoutInMinutes: count(10080).optional() });

/** What AWS would heed and the desk cloud cannot is refused, not passed over. */
const notEmulated = z.never("the desk cloud does not emulate it").optional();

export const schedulingConfig = z.object({
  maintenanceWindows: notEmulated,
  startTime: z.string().max(64).optional(),
  endTime: z.string().max(64).optional(),
  endBehavior: z.enum(["STOP_ROLLOUT", "CANCEL", "FORCE_CANCEL"]).optional(),
});

export const presignedUrlConfig = z.object({
  roleArn: z.string().min(20).max(2048).optional(),
  expiresInSec: z.int().min(60).max(3600).optional(),
});

/** What CreateJob and UpdateJob both take. */
const changeable = {
  description: z.string().max(2028).optional(),
  presignedUrlConfig: presignedUrlConfig.optional(),
  jobExecutionsRolloutConfig: rolloutConfig.optional(),
  abortConfig: abortConfig.optional(),
  timeoutConfig: timeoutConfig.optional(),
  jobExecutionsRetryConfig: retryConfig.optional(),
};

export const jobIdSchema = z
  .string()
  .regex(/^[a-zA-Z0-9_-]{1,64}$/, "a job id is 1 to 64 of [a-zA-Z0-9_-]");

export const createJobRequest = z.object({
  ...changeable,
  jobId: jobIdSchema,
  targets: z.array(z.string().min(1)).min(1, "a job needs a target"),
  document: z.string().max(32768).optional(),
  documentSource: z.string().min(1).max(1350).optional(),
  targetSelection: z.enum(["SNAPSHOT", "CONTINUOUS"]).default("SNAPSHOT"),
  schedulingConfig: schedulingConfig.optional(),
  jobTemplateArn: notEmulated,
  namespaceId: notEmulated,
  destinationPackageVersions: notEmulated,
});

export const addTargetsRequest = createJobRequest
  .pick({ targets: true })
  .extend({ comment: z.string().max(2028).optional() });

export const updateJobRequest = z.object(changeable);

export type CreateJobRequest = z.infer<typeof createJobRequest>;
/** As a program writes it: what has a default may be left out. */
export type CreateJobInput = z.input<typeof createJobRequest>;
export type RolloutConfig = z.infer<typeof rolloutConfig>;
export type AbortConfig = z.infer<typeof abortConfig>;
export type RetryConfig = z.infer<typeof retryConfig>;
export type SchedulingConfig = z.infer<typeof schedulingConfig>;

export type JobStatus = "SCHEDULED" | "IN_PROGRESS" | "CANCELED" | "COMPLETED";

/** A job as it is kept. Times are in ms since the epoch. */
export interface Job extends Omit<CreateJobRequest, "document"> {
  readonly document: string;
  readonly status: JobStatus;
  readonly createdAt: number;
  readonly lastUpdatedAt: number;
  /** When the rollout began; minutes of the rollout count from here. */
  readonly startedAt?: number;
  readonly completedAt?: number;
  readonly forceCanceled?: boolean;
  readonly reasonCode?: string;
  readonly comment?: string;
  /** Things that the rollout has not reached yet, in order. */
  readonly waiting: readonly string[];
  /** The last minute of the rollout whose share was let go, -1 before the first. */
  readonly rolloutMinute: number;
}
