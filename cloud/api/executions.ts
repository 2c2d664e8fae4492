// SPDX-License-Identifier: MIT
import { z } from "zod";
import type { Execution } from "../jobs/execution.js";
import { parseRequest } from "../jobs/requests.js";
import { formatArn } from "../registry/arn.js";
import { type ApiRequest, flag, number, page, param, type Routes, time } from "./routes.js";

const cancelRequest = z.object({
  expectedVersion: z.int().optional(),
  statusDetails: z.record(z.string(), z.string()).optional(),
});

/** Job executions. Source: AWS IoT API reference, operations of these names. */
export const executionRoutes: Routes = Object.freeze({
  "GET /things/{thingName}/jobs/{jobId}": (desk, request) => {
    const [thingName, jobId] = [param(request, "thingName"), param(request, "jobId")];
    const execution = desk.jobs.getExecution(thingName, jobId, number(request, "executionNumber"));
    const seconds = desk.jobs.executions.format(execution)["approximateSecondsBeforeTimedOut"];
    return {
      execution: {
        jobId,
        thingArn: formatArn(`thing/${thingName}`),
        ...formatTimes(execution),
        forceCanceled: execution.forceCanceled,
        statusDetails: { detailsMap: execution.statusDetails },
        versionNumber: execution.versionNumber,
        approximateSecondsBeforeTimedOut: seconds,
      },
    };
  },
  "GET /jobs/{jobId}/things": (desk, request) => {
    const { jobId } = desk.jobs.get(param(request, "jobId"));
    const { items, nextToken } = page(filter(desk.jobs.executions.ofJob(jobId), request), request);
    const executionSummaries = items.map(execution => ({
      thingArn: formatArn(`thing/${execution.thingName}`),
      jobExecutionSummary: formatTimes(execution),
    }));
    return { executionSummaries, nextToken };
  },
  "GET /things/{thingName}/jobs": (desk, request) => {
    const { thingName } = desk.things.get(param(request, "thingName"));
    const all = desk.jobs.executions.ofThing(thingName).reverse();
    const { items, nextToken } = page(filter(all, request), request);
    const executionSummaries = items.map(execution => ({
      jobId: execution.jobId,
      jobExecutionSummary: formatTimes(execution),
    }));
    return { executionSummaries, nextToken };
  },
  "PUT /things/{thingName}/jobs/{jobId}/cancel": (desk, request) => {
    const options = parseRequest(cancelRequest, request.body);
    const [thingName, jobId] = [param(request, "thingName"), param(request, "jobId")];
    desk.jobs.cancelExecution(thingName, jobId, { force: flag(request, "force"), ...options });
    return {};
  },
  "DELETE /things/{thingName}/jobs/{jobId}/executionNumber/{executionNumber}": (desk, request) => {
    const [thingName, jobId] = [param(request, "thingName"), param(request, "jobId")];
    const executionNumber = Number(param(request, "executionNumber"));
    desk.jobs.deleteExecution(thingName, jobId, executionNumber, flag(request, "force"));
    return {};
  },
});

function filter(executions: Execution[], { query }: ApiRequest): Execution[] {
  const status = query.get("status");
  const jobId = query.get("jobId");
  return executions.filter(
    e => (status === null || e.status === status) && (jobId === null || e.jobId === jobId),
  );
}

function formatTimes(execution: Execution): object {
  return {
    status: execution.status,
    queuedAt: time(execution.queuedAt),
    startedAt: time(execution.startedAt),
    lastUpdatedAt: time(execution.lastUpdatedAt),
    executionNumber: execution.executionNumber,
    ...(execution.executionNumber > 1 && { retryAttempt: execution.executionNumber - 1 }),
  };
}
