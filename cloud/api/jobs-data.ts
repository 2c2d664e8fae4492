// SPDX-License-Identifier: MIT
import {
  describeRequest,
  parseRequest,
  startNextRequest,
  updateRequest,
} from "../jobs/requests.js";
import { number, param, type Routes } from "./routes.js";

/**
 * The Jobs service over HTTP, as devices may call it. Its paths are those of the control plane; the
 * service that the signature names tells them apart.
 * Source: AWS IoT API reference, "AWS IoT jobs data".
 */
export const jobsDataRoutes: Routes = Object.freeze({
  "GET /things/{thingName}/jobs": (desk, request) =>
    desk.jobs.device.getPending(param(request, "thingName")),
  "PUT /things/{thingName}/jobs/$next": (desk, request) => {
    const fields = parseRequest(startNextRequest, request.body);
    const reply = desk.jobs.device.startNext(param(request, "thingName"), fields);
    return withDocumentAsText(reply);
  },
  "GET /things/{thingName}/jobs/{jobId}": (desk, request) => {
    const includeJobDocument = request.query.get("includeJobDocument") !== "false";
    const executionNumber = number(request, "executionNumber");
    const fields = parseRequest(describeRequest, { includeJobDocument, executionNumber });
    const [thingName, jobId] = [param(request, "thingName"), param(request, "jobId")];
    return withDocumentAsText(desk.jobs.device.describe(thingName, jobId, fields));
  },
  "POST /things/{thingName}/jobs/{jobId}": (desk, request) => {
    const fields = parseRequest(updateRequest, request.body);
    const [thingName, jobId] = [param(request, "thingName"), param(request, "jobId")];
    const { jobDocument, ...reply } = desk.jobs.device.update(thingName, jobId, fields);
    return jobDocument === undefined
      ? reply
      : { ...reply, jobDocument: JSON.stringify(jobDocument) };
  },
});

/** Over HTTP the document is text, where MQTT has it as an object. */
function withDocumentAsText(reply: Record<string, unknown>): object {
  const execution = reply["execution"] as Record<string, unknown> | undefined;
  if (execution?.["jobDocument"] === undefined) return reply;
  return {
    ...reply,
    execution: { ...execution, jobDocument: JSON.stringify(execution["jobDocument"]) },
  };
}
