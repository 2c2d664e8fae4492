// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  DescribeJobExecutionCommand,
  GetPendingJobExecutionsCommand,
  InvalidStateTransitionException,
  ResourceNotFoundException,
  StartNextPendingJobExecutionCommand,
  TerminalStateException,
  UpdateJobExecutionCommand,
} from "@aws-sdk/client-iot-jobs-data-plane";
import { openCloud } from "xs-ota/test/support/cloud";
import { thingArn } from "xs-ota/test/support/desk";

test("a device that has HTTP only can do a whole job", async t => {
  const { cloud, jobsData } = await openCloud(t);
  cloud.desk.run(({ things, jobs }) => {
    things.create({ thingName: "t1" });
    jobs.create({ jobId: "j1", targets: [thingArn("t1")], document: '{"do":1}' });
  });
  const thingName = "t1";
  const pending = await jobsData.send(new GetPendingJobExecutionsCommand({ thingName }));
  assert.deepEqual(
    pending.queuedJobs?.map(job => job.jobId),
    ["j1"],
  );
  const statusDetails = { step: "1" };
  const start = new StartNextPendingJobExecutionCommand({ thingName, statusDetails });
  const { execution: started } = await jobsData.send(start);
  assert.deepEqual(
    [started?.jobId, started?.status, started?.jobDocument, started?.statusDetails],
    ["j1", "IN_PROGRESS", '{"do":1}', statusDetails],
  );
  const next = { thingName, jobId: "$next" };
  const described = await jobsData.send(new DescribeJobExecutionCommand(next));
  assert.equal(described.execution?.versionNumber, 2);
  const job = { thingName, jobId: "j1" };
  const update = { ...job, status: "SUCCEEDED" as const };
  await assert.rejects(
    jobsData.send(new UpdateJobExecutionCommand({ ...update, expectedVersion: 7 })),
    InvalidStateTransitionException,
  );
  const done = await jobsData.send(
    new UpdateJobExecutionCommand({ ...update, includeJobExecutionState: true }),
  );
  assert.equal(done.executionState?.status, "SUCCEEDED");
  await assert.rejects(jobsData.send(new DescribeJobExecutionCommand(job)), TerminalStateException);
  const none = await jobsData.send(new DescribeJobExecutionCommand(next));
  assert.equal(none.execution, undefined);
  await assert.rejects(
    jobsData.send(new DescribeJobExecutionCommand({ thingName, jobId: "j9" })),
    ResourceNotFoundException,
  );
});
