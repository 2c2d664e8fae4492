// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { concludeJob, fitRows, showJob } from "xs-ota/cli/job-progress";
import type { ExecutionView, JobView } from "xs-ota/cli/job-watch";
import { Output } from "xs-ota/cli/output";

function execution(thingName: string, status: string, details = {}): ExecutionView {
  const times = { startedAt: undefined, lastUpdatedAt: undefined };
  return { thingName, status, details, executionNumber: 1, ...times };
}

const job = (status: string, ...executions: ExecutionView[]): JobView => ({
  jobId: "j",
  status,
  executions,
});

/** What is written for `views`, on a terminal or not. */
async function shown(views: readonly JobView[], terminal: object): Promise<string> {
  const stream = Object.assign(new PassThrough(), terminal);
  const output = new Output({ out: stream, error: stream });
  async function* all(): AsyncGenerator<JobView> {
    for (const view of views) yield await Promise.resolve(view);
  }
  await showJob(all(), output);
  return String(stream.read());
}

const views = [
  job("IN_PROGRESS", execution("a", "QUEUED"), execution("b", "QUEUED")),
  job(
    "IN_PROGRESS",
    execution("a", "IN_PROGRESS", { receive: "5/10" }),
    execution("b", "FAILED", { reason: "0x0e", detail: "download-stalled: no answer" }),
  ),
];

test("piped, each change of a device is a line, with its reason if it failed", async () => {
  assert.equal(
    await shown(views, {}),
    "a  QUEUED\nb  QUEUED\na  IN_PROGRESS  blocks 5/10\nb  FAILED  download-stalled: no answer\n",
  );
});

test("on a terminal each device has a bar, and all of them one", async () => {
  const text = await shown(views, { isTTY: true, columns: 120, rows: 24 });
  assert.match(text, /all .* 50%.*1 IN_PROGRESS, 1 FAILED/);
  assert.match(text, /a {3}.* 50%.*blocks 5\/10/);
  assert.match(text, /b {3}.* 0%.*FAILED.*download-stalled/);
});

test("a fleet that is larger than the terminal shows the devices that are at it", () => {
  const fleet = ["QUEUED", "IN_PROGRESS", "SUCCEEDED", "IN_PROGRESS", "IN_PROGRESS"].map(
    (status, at) => execution(`${at}`, status),
  );
  assert.deepEqual(
    fitRows(fleet, 2).map(({ thingName }) => thingName),
    ["1", "3"],
  );
  assert.equal(fitRows(fleet, 5).length, 5);
});

test("a job without any device is not a success", () => {
  const quiet = new PassThrough().resume();
  const output = new Output({ out: quiet, error: quiet });
  assert.throws(() => concludeJob(job("COMPLETED"), output), /no device took job j/);
});
