// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { DeskBench, type Message, START_MS } from "xs-ota/test/support/desk";

/*
 * Shapes: AWS IoT developer guide, "Jobs device MQTT API".
 */
const T = START_MS / 1000;
const queued = { queuedAt: T, lastUpdatedAt: T, executionNumber: 1, versionNumber: 1 };
const nextExecution = {
  jobId: "j1",
  ...queued,
  thingName: "t1",
  status: "QUEUED",
  statusDetails: {},
  jobDocument: { do: 1 },
};

function benchWithJob(more = {}): DeskBench {
  const bench = new DeskBench();
  bench.createJob("j1", ["t1"], more);
  return bench;
}

test("a new job is told on notify and notify-next", () => {
  assert.deepEqual(benchWithJob().take("$aws/things/t1/jobs/"), [
    ["notify", { timestamp: T, jobs: { QUEUED: [{ jobId: "j1", ...queued }] } }],
    ["notify-next", { timestamp: T, execution: nextExecution }],
  ]);
});

test("$next/get gives the next execution with its document and the token", () => {
  const replies = benchWithJob().ask("t1", "jobs/$next/get", { clientToken: "1:t1" });
  const reply = { clientToken: "1:t1", timestamp: T, execution: nextExecution };
  assert.deepEqual(replies, [["jobs/$next/get/accepted", reply]]);
});

test("$next/get without a job gives no execution", () => {
  const bench = new DeskBench();
  bench.desk.things.create({ thingName: "t1" });
  assert.deepEqual(bench.ask("t1", "jobs/$next/get", { clientToken: "c" }), [
    ["jobs/$next/get/accepted", { clientToken: "c", timestamp: T }],
  ]);
});

test("a request without a payload is an empty request", () => {
  const [[topic] = []] = benchWithJob().ask("t1", "jobs/$next/get", "");
  assert.equal(topic, "jobs/$next/get/accepted");
});

test("the C library's token for zero and its progress of zero are taken", () => {
  const bench = benchWithJob();
  const [[, first] = []] = bench.ask("t1", "jobs/$next/get", { clientToken: ":t1" });
  assert.equal(first?.["clientToken"], ":t1");
  const statusDetails = { receive: "/10" };
  const [[topic] = []] = bench.ask("t1", "jobs/j1/update", {
    status: "IN_PROGRESS",
    statusDetails,
  });
  assert.equal(topic, "jobs/j1/update/accepted");
});

test("includeJobDocument false leaves the document out", () => {
  const [[, reply] = []] = benchWithJob().ask("t1", "jobs/j1/get", { includeJobDocument: false });
  assert.equal("jobDocument" in (reply?.["execution"] as object), false);
});

test("jobs/get lists IN_PROGRESS and QUEUED apart", () => {
  const bench = benchWithJob();
  bench.createJob("j2", ["t1"]);
  bench.ask("t1", "jobs/j2/update", { status: "IN_PROGRESS" });
  const running = { jobId: "j2", ...queued, startedAt: T, versionNumber: 2 };
  const lists = { inProgressJobs: [running], queuedJobs: [{ jobId: "j1", ...queued }] };
  assert.deepEqual(bench.ask("t1", "jobs/get", {}), [
    ["jobs/get/accepted", { ...lists, timestamp: T }],
  ]);
});

test("start-next starts the oldest, and the started one again with its own details", () => {
  const bench = benchWithJob();
  bench.createJob("j2", ["t1"]);
  const start = (step: string): Message => {
    const [[, reply] = []] = bench.ask("t1", "jobs/start-next", { statusDetails: { step } });
    return reply?.["execution"] as Message;
  };
  const started = { status: "IN_PROGRESS", statusDetails: { step: "1" }, versionNumber: 2 };
  const execution = { ...nextExecution, ...started, startedAt: T };
  assert.deepEqual(start("1"), execution);
  assert.deepEqual(start("2"), execution);
});

test("an update counts the version up, merges the details and gives what was asked for", () => {
  const bench = benchWithJob();
  bench.ask("t1", "jobs/j1/update", { status: "IN_PROGRESS", statusDetails: { a: "1", b: "1" } });
  bench.nowMs += 5000;
  const replies = bench.ask("t1", "jobs/j1/update", {
    status: "IN_PROGRESS",
    statusDetails: { b: "2" },
    expectedVersion: 2,
    includeJobExecutionState: true,
    includeJobDocument: true,
    clientToken: "x",
  });
  const statusDetails = { a: "1", b: "2" };
  const executionState = { status: "IN_PROGRESS", statusDetails, versionNumber: 3 };
  const reply = { clientToken: "x", timestamp: T + 5, executionState, jobDocument: { do: 1 } };
  assert.deepEqual(replies, [["jobs/j1/update/accepted", reply]]);
});

test("expectedVersion may be in quotes, as AWS's newer C library sends it", () => {
  const request = { status: "IN_PROGRESS", expectedVersion: "1" };
  const [[topic] = []] = benchWithJob().ask("t1", "jobs/j1/update", request);
  assert.equal(topic, "jobs/j1/update/accepted");
});

test("another expectedVersion is a VersionMismatch that tells the state", () => {
  const request = { status: "IN_PROGRESS", expectedVersion: 9, clientToken: "x" };
  const [[topic, reply] = []] = benchWithJob().ask("t1", "jobs/j1/update", request);
  assert.equal(topic, "jobs/j1/update/rejected");
  assert.equal(reply?.["code"], "VersionMismatch");
  assert.equal(reply["clientToken"], "x");
  const state = { status: "QUEUED", statusDetails: {}, versionNumber: 1 };
  assert.deepEqual(reply["executionState"], state);
});

test("an ended execution takes no update and is not described", () => {
  const bench = benchWithJob();
  bench.ask("t1", "jobs/j1/update", { status: "SUCCEEDED" });
  const [[, update] = []] = bench.ask("t1", "jobs/j1/update", { status: "IN_PROGRESS" });
  assert.equal(update?.["code"], "InvalidStateTransition");
  assert.equal((update["executionState"] as Message)["status"], "SUCCEEDED");
  const [[, get] = []] = bench.ask("t1", "jobs/j1/get", {});
  assert.equal(get?.["code"], "TerminalStateReached");
});

const updateWith = (fields: object): string => JSON.stringify({ status: "FAILED", ...fields });
const details = (key: string, value: string): string =>
  updateWith({ statusDetails: { [key]: value } });

// prettier-ignore
const rejections: readonly [name: string, topic: string, payload: string | Uint8Array, code: string][] = [
  ["a payload that is not JSON",         "jobs/j1/update", "{",                           "InvalidJson"],
  ["a payload that is not UTF-8",        "jobs/get",       Uint8Array.of(0xff),           "InvalidJson"],
  ["no status",                          "jobs/j1/update", "{}",                          "InvalidRequest"],
  ["a status that only the cloud sets",  "jobs/j1/update", updateWith({ status: "CANCELED" }), "InvalidRequest"],
  ["a payload that is a list",           "jobs/get",       "[]",                          "InvalidRequest"],
  ["a detail's name with a space",       "jobs/j1/update", details("a b", "c"),           "InvalidRequest"],
  ["a control character in a detail",    "jobs/j1/update", details("a", "b\u0007"),       "InvalidRequest"],
  ["a detail of 1,025 characters",       "jobs/j1/update", details("a", "x".repeat(1025)), "InvalidRequest"],
  ["a step timer of 10,081 minutes",     "jobs/j1/update", updateWith({ stepTimeoutInMinutes: 10081 }), "InvalidRequest"],
  ["a token of 65 characters",           "jobs/get",       `{"clientToken":"${"x".repeat(65)}"}`, "InvalidRequest"],
  ["a job that is not there",            "jobs/j9/get",    "{}",                          "ResourceNotFound"],
  ["an attempt that is not there",       "jobs/j1/get",    '{"executionNumber":2}',       "ResourceNotFound"],
  ["an operation that is not there",     "jobs/j1/erase",  "{}",                          "InvalidTopic"],
  ["an operation that objects inherit",  "jobs/constructor", "{}",                        "InvalidTopic"],
  ["a job id of 65 characters",          `jobs/${"j".repeat(65)}/get`, "{}",              "InvalidTopic"],
];

for (const [name, topic, payload, code] of rejections) {
  test(`${name} is rejected with ${code}`, () => {
    const replies = benchWithJob().ask("t1", topic, payload);
    assert.deepEqual(
      replies.map(([to, reply]) => [
        to,
        reply["code"],
        reply["timestamp"],
        typeof reply["message"],
      ]),
      [[`${topic}/rejected`, code, T, "string"]],
    );
  });
}

test("a thing cannot act on the topics of another", () => {
  const bench = benchWithJob();
  bench.createJob("j2", ["t2"]);
  bench.desk.handle("t1", "$aws/things/t2/jobs/j2/update", Buffer.from('{"status":"FAILED"}'));
  assert.equal(bench.desk.jobs.getExecution("t2", "j2").status, "QUEUED");
});

test("notify-next is silent while the same job stays next, and speaks when another is", () => {
  const bench = benchWithJob();
  bench.createJob("j2", ["t1"]);
  const topics = (sent: [string, Message][]): string[] => sent.map(([topic]) => topic);
  const created = topics(bench.take("$aws/things/t1/jobs/"));
  assert.deepEqual(created, ["notify", "notify-next", "notify"], "the second job is not next");
  const progress = bench.ask("t1", "jobs/j1/update", { status: "IN_PROGRESS" });
  assert.deepEqual(topics(progress), ["jobs/j1/update/accepted"]);
  const nextOf = (sent: [string, Message][]): Message | undefined =>
    sent.find(([topic]) => topic === "jobs/notify-next")?.[1]["execution"] as Message | undefined;
  const end = bench.ask("t1", "jobs/j1/update", { status: "SUCCEEDED" });
  assert.equal(nextOf(end)?.["jobId"], "j2");
  assert.deepEqual(nextOf(bench.ask("t1", "jobs/j2/update", { status: "SUCCEEDED" })), {});
});

test("a job of which every execution ended is COMPLETED", () => {
  const bench = new DeskBench();
  bench.createJob("j1", ["t1", "t2"]);
  bench.ask("t1", "jobs/j1/update", { status: "SUCCEEDED" });
  assert.equal(bench.desk.jobs.get("j1").status, "IN_PROGRESS");
  bench.ask("t2", "jobs/j1/update", { status: "REJECTED" });
  assert.equal(bench.desk.jobs.get("j1").status, "COMPLETED");
});

test("the in-progress timer ends an execution as TIMED_OUT", () => {
  const bench = benchWithJob({ timeoutConfig: { inProgressTimeoutInMinutes: 2 } });
  bench.ask("t1", "jobs/j1/update", { status: "IN_PROGRESS" });
  bench.nowMs += 30_000;
  const [[, reply] = []] = bench.ask("t1", "jobs/j1/get", {});
  const execution = reply?.["execution"] as Message;
  assert.equal(execution["approximateSecondsBeforeTimedOut"], 90);
  bench.pass(89_999);
  assert.equal(bench.desk.jobs.getExecution("t1", "j1").status, "IN_PROGRESS");
  bench.pass(1);
  assert.equal(bench.desk.jobs.getExecution("t1", "j1").status, "TIMED_OUT");
});

test("a step timer ends an execution unless it is discarded with -1", () => {
  const bench = benchWithJob();
  const update = (stepTimeoutInMinutes: number): unknown =>
    bench.ask("t1", "jobs/j1/update", { status: "IN_PROGRESS", stepTimeoutInMinutes });
  update(1);
  update(-1);
  bench.pass(120_000);
  assert.equal(bench.desk.jobs.getExecution("t1", "j1").status, "IN_PROGRESS");
  update(1);
  bench.pass(60_000);
  assert.equal(bench.desk.jobs.getExecution("t1", "j1").status, "TIMED_OUT");
});
