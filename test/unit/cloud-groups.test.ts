// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { DeskBench, START_MS, thingArn } from "xs-ota/test/support/desk";

/*
 * Rules: AWS IoT API reference, CreateJob.targetSelection and SchedulingConfig; developer guide, "Jobs and job
 * execution states".
 */
const MINUTE = 60_000;
const groupArn = (name: string): string => `arn:aws:iot:us-east-1:123456789012:thinggroup/${name}`;
const at = (minutes: number): string =>
  new Date(START_MS + minutes * MINUTE).toISOString().slice(0, 16);

/** "sub" is in "top" and holds a; b is in no group. A job is on "top", continuous unless `more` tells otherwise. */
function benchWithJob(more: object = {}, members: readonly string[] = ["a"]): DeskBench {
  const bench = new DeskBench();
  bench.desk.run(desk => {
    desk.groups.create({ thingGroupName: "top" });
    desk.groups.create({ thingGroupName: "sub", parentGroupName: "top" });
    for (const thingName of ["a", "b"]) desk.things.create({ thingName });
    for (const thing of members) desk.joinGroup("sub", thing);
    const job = { jobId: "j1", targets: [groupArn("top")], document: "{}" };
    desk.jobs.create({ ...job, targetSelection: "CONTINUOUS", ...more });
  });
  return bench;
}

const slow = { jobExecutionsRolloutConfig: { maximumPerMinute: 1 } };
const both = ["a", "b"];

const join = ({ desk }: DeskBench, thing: string): void =>
  desk.run(() => desk.joinGroup("sub", thing));
const leave = ({ desk }: DeskBench, thing: string): void =>
  desk.run(() => desk.leaveGroup("sub", thing));

/** What each thing has of the job, "a:QUEUED". */
function executions({ desk }: DeskBench): string[] {
  return desk.jobs.executions.ofJob("j1").map(e => `${e.thingName}:${e.status}`);
}

const succeed = (bench: DeskBench, thing: string): void =>
  void bench.ask(thing, "jobs/j1/update", { status: "SUCCEEDED" });

test("a continuous job reaches at its start who joined before it", () => {
  const bench = benchWithJob({ schedulingConfig: { startTime: at(60) } });
  join(bench, "b");
  assert.deepEqual(executions(bench), [], "before its start");
  bench.pass(60 * MINUTE);
  assert.deepEqual(executions(bench), ["a:QUEUED", "b:QUEUED"]);
});

test("a snapshot job completes without a thing that was deleted before the rollout reached it", () => {
  const bench = benchWithJob({ targetSelection: "SNAPSHOT", ...slow }, both);
  bench.desk.run(desk => desk.deleteThing("b"));
  succeed(bench, "a");
  bench.pass(MINUTE);
  assert.deepEqual(executions(bench), ["a:SUCCEEDED"]);
  assert.equal(bench.desk.jobs.get("j1").status, "COMPLETED");
});

test("a snapshot job completes when the last thing that it waits for is deleted", () => {
  const bench = benchWithJob({ targetSelection: "SNAPSHOT", ...slow }, both);
  succeed(bench, "a");
  bench.desk.run(desk => desk.deleteThing("b"));
  assert.equal(bench.desk.jobs.get("j1").status, "COMPLETED");
});

test("a continuous job does not reach who left before the rollout came there", () => {
  const bench = benchWithJob(slow, both);
  leave(bench, "b");
  bench.pass(MINUTE);
  assert.deepEqual(executions(bench), ["a:QUEUED"]);
});

test("a snapshot job reaches who left after it was made", () => {
  const bench = benchWithJob({ targetSelection: "SNAPSHOT", ...slow }, both);
  leave(bench, "b");
  bench.pass(MINUTE);
  assert.deepEqual(executions(bench), ["a:QUEUED", "b:QUEUED"]);
});

test("who leaves a group loses what continuous jobs on a group above had for it", () => {
  const bench = benchWithJob();
  leave(bench, "a");
  assert.deepEqual(executions(bench), ["a:REMOVED"]);
});

test("who leaves a group keeps what it has by another group, or by its name", () => {
  for (const targets of [[groupArn("top")], [groupArn("sub"), thingArn("a")]]) {
    const bench = benchWithJob({ targets });
    bench.desk.run(desk => desk.joinGroup("top", "a"));
    leave(bench, "a");
    assert.deepEqual(executions(bench), ["a:QUEUED"], targets.join());
  }
});

const hour = { startTime: at(60), endTime: at(120) };

test("a continuous job does not reach who joins after its end", () => {
  const bench = benchWithJob({ schedulingConfig: hour });
  bench.pass(120 * MINUTE);
  join(bench, "b");
  assert.deepEqual(executions(bench), ["a:QUEUED"]);
});

test("a continuous job completes once its end has come and all executions are over", () => {
  const statusOf = (bench: DeskBench): string => bench.desk.jobs.get("j1").status;
  const early = benchWithJob({ schedulingConfig: hour });
  early.pass(60 * MINUTE);
  succeed(early, "a");
  assert.equal(statusOf(early), "IN_PROGRESS", "before its end");
  early.pass(60 * MINUTE);
  assert.equal(statusOf(early), "COMPLETED", "at its end");
  const late = benchWithJob({ schedulingConfig: hour });
  late.pass(120 * MINUTE);
  assert.equal(statusOf(late), "IN_PROGRESS", "while an execution is QUEUED");
  succeed(late, "a");
  assert.equal(statusOf(late), "COMPLETED", "with its last execution");
});

test("a job whose whole schedule passed while the cloud was off is over, and nothing is planned", () => {
  const bench = benchWithJob({ targetSelection: "SNAPSHOT", schedulingConfig: hour });
  bench.nowMs += 121 * MINUTE;
  bench.desk.wake();
  assert.deepEqual(
    [bench.desk.jobs.get("j1").status, bench.desk.wakeAt()],
    ["COMPLETED", undefined],
  );
});
