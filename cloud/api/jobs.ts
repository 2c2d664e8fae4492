// SPDX-License-Identifier: MIT
import type { Desk } from "../desk.js";
import type { Job } from "../jobs/job.js";
import { formatArn, parseArn } from "../registry/arn.js";
import { type ApiRequest, flag, inputOf, page, param, type Routes, time } from "./routes.js";

/** Jobs. Source: AWS IoT API reference, operations of these names. */
export const jobRoutes: Routes = Object.freeze({
  "PUT /jobs/{jobId}": (desk, request) => formatReply(desk.createJob(inputOf(request))),
  "GET /jobs/{jobId}": (desk, request) => {
    const job = desk.jobs.get(param(request, "jobId"));
    return { documentSource: job.documentSource, job: formatJob(desk, job) };
  },
  "GET /jobs/{jobId}/job-document": (desk, request) => ({
    document: desk.jobs.get(param(request, "jobId")).document,
  }),
  "GET /jobs": (desk, request) => {
    const jobs = desk.jobs.list().filter(job => isListed(job, request));
    const { items, nextToken } = page(jobs, request);
    return { jobs: items.map(formatSummary), nextToken };
  },
  "PATCH /jobs/{jobId}": (desk, request) => {
    desk.jobs.update(param(request, "jobId"), request.body);
    return {};
  },
  "POST /jobs/{jobId}/targets": (desk, request) =>
    formatReply(desk.jobs.addTargets(param(request, "jobId"), request.body)),
  "PUT /jobs/{jobId}/cancel": (desk, request) => {
    const jobId = param(request, "jobId");
    const text = (name: string): object => {
      const value = request.body[name];
      return typeof value === "string" ? { [name]: value } : {};
    };
    const reasons = { ...text("reasonCode"), ...text("comment") };
    desk.jobs.cancel(jobId, { force: flag(request, "force"), ...reasons });
    return formatReply(desk.jobs.get(jobId));
  },
  "DELETE /jobs/{jobId}": (desk, request) => {
    desk.jobs.delete(param(request, "jobId"), flag(request, "force"));
    return {};
  },
});

function isListed(job: Job, { query }: ApiRequest): boolean {
  const status = query.get("status");
  const selection = query.get("targetSelection");
  const group = query.get("thingGroupName");
  return (
    (status === null || job.status === status) &&
    (selection === null || job.targetSelection === selection) &&
    (group === null || job.targets.some(arn => parseArn(arn)?.name === group))
  );
}

function formatReply({ jobId, description }: Job): object {
  return { jobId, jobArn: formatArn(`job/${jobId}`), description };
}

function formatSummary(job: Job): object {
  const { jobId, status, targetSelection, createdAt, lastUpdatedAt, completedAt } = job;
  return {
    jobId,
    jobArn: formatArn(`job/${jobId}`),
    status,
    targetSelection,
    isConcurrent: true,
    createdAt: time(createdAt),
    lastUpdatedAt: time(lastUpdatedAt),
    completedAt: time(completedAt),
  };
}

function formatJob(desk: Desk, job: Job): object {
  const counts = desk.jobs.executions.countsOf(job.jobId);
  return {
    ...formatSummary(job),
    forceCanceled: job.forceCanceled,
    reasonCode: job.reasonCode,
    comment: job.comment,
    targets: job.targets,
    description: job.description,
    presignedUrlConfig: job.presignedUrlConfig,
    jobExecutionsRolloutConfig: job.jobExecutionsRolloutConfig,
    abortConfig: job.abortConfig,
    timeoutConfig: job.timeoutConfig,
    jobExecutionsRetryConfig: job.jobExecutionsRetryConfig,
    schedulingConfig: job.schedulingConfig,
    jobProcessDetails: {
      processingTargets: job.waiting.length > 0 ? job.targets : [],
      numberOfCanceledThings: counts.CANCELED,
      numberOfSucceededThings: counts.SUCCEEDED,
      numberOfFailedThings: counts.FAILED,
      numberOfRejectedThings: counts.REJECTED,
      numberOfQueuedThings: counts.QUEUED,
      numberOfInProgressThings: counts.IN_PROGRESS,
      numberOfRemovedThings: counts.REMOVED,
      numberOfTimedOutThings: counts.TIMED_OUT,
    },
  };
}
