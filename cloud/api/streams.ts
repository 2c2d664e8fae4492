// SPDX-License-Identifier: MIT
import { formatArn } from "../registry/arn.js";
import type { Stream } from "../streams/stream.js";
import { inputOf, page, param, type Routes, time } from "./routes.js";

/** Streams. Source: AWS IoT API reference, operations of these names. */
export const streamRoutes: Routes = Object.freeze({
  "POST /streams/{streamId}": (desk, request) =>
    formatSummary(desk.streams.create(inputOf(request))),
  "PUT /streams/{streamId}": (desk, request) =>
    formatSummary(desk.streams.update(param(request, "streamId"), request.body)),
  "GET /streams/{streamId}": (desk, request) => {
    const stream = desk.streams.get(param(request, "streamId"));
    const { files, roleArn, createdAt, lastUpdatedAt } = stream;
    const times = { createdAt: time(createdAt), lastUpdatedAt: time(lastUpdatedAt) };
    return { streamInfo: { ...formatSummary(stream), files, roleArn, ...times } };
  },
  "GET /streams": (desk, request) => {
    const { items, nextToken } = page(desk.streams.list(), request);
    return { streams: items.map(formatSummary), nextToken };
  },
  "DELETE /streams/{streamId}": (desk, request) => {
    desk.streams.delete(param(request, "streamId"));
    return {};
  },
});

function formatSummary({ streamId, description, version }: Stream): object {
  const streamArn = formatArn(`stream/${streamId}`);
  return { streamId, streamArn, description, streamVersion: version };
}
