// SPDX-License-Identifier: MIT
import type { OtaUpdate } from "../ota/update.js";
import { formatArn } from "../registry/arn.js";
import { flag, inputOf, page, param, type Routes, time } from "./routes.js";

/** OTA updates. Source: AWS IoT API reference, operations of these names. */
export const otaUpdateRoutes: Routes = Object.freeze({
  "POST /otaUpdates/{otaUpdateId}": (desk, request) =>
    formatUpdate(desk.otaUpdates.create(inputOf(request))),
  "GET /otaUpdates/{otaUpdateId}": (desk, request) => {
    const update = desk.otaUpdates.get(param(request, "otaUpdateId"));
    const { description, targets, targetSelection, protocols, files, createdAt } = update;
    const otaUpdateInfo = {
      ...formatUpdate(update),
      ...{ description, targets, targetSelection, protocols, otaUpdateFiles: files },
      awsJobExecutionsRolloutConfig: update.awsJobExecutionsRolloutConfig,
      awsJobPresignedUrlConfig: update.awsJobPresignedUrlConfig,
      additionalParameters: update.additionalParameters,
      creationDate: time(createdAt),
      lastModifiedDate: time(createdAt),
    };
    return { otaUpdateInfo };
  },
  "GET /otaUpdates": (desk, request) => {
    const { items, nextToken } = page(desk.otaUpdates.list(), request);
    const otaUpdates = items.map(({ otaUpdateId, createdAt }) => ({
      otaUpdateId,
      otaUpdateArn: formatArn(`otaupdate/${otaUpdateId}`),
      creationDate: time(createdAt),
    }));
    return { otaUpdates, nextToken };
  },
  "DELETE /otaUpdates/{otaUpdateId}": (desk, request) => {
    desk.otaUpdates.delete(param(request, "otaUpdateId"), {
      deleteStream: flag(request, "deleteStream"),
      forceDeleteJob: flag(request, "forceDeleteAWSJob"),
    });
    return {};
  },
});

function formatUpdate({ otaUpdateId, jobId }: OtaUpdate): object {
  return {
    otaUpdateId,
    otaUpdateArn: formatArn(`otaupdate/${otaUpdateId}`),
    awsIotJobId: jobId,
    awsIotJobArn: formatArn(`job/${jobId}`),
    otaUpdateStatus: "CREATE_COMPLETE",
  };
}
