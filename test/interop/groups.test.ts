// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  AddThingToThingGroupCommand,
  AssociateTargetsWithJobCommand,
  CreateJobCommand,
  CreateThingCommand,
  CreateThingGroupCommand,
  DeleteThingGroupCommand,
  DescribeJobExecutionCommand,
  DescribeThingGroupCommand,
  InvalidRequestException,
  ListJobExecutionsForJobCommand,
  ListThingGroupsCommand,
  ListThingGroupsForThingCommand,
  ListThingsInThingGroupCommand,
  RemoveThingFromThingGroupCommand,
  ResourceAlreadyExistsException,
} from "@aws-sdk/client-iot";
import { type CloudBench, openCloud } from "xs-ota/test/support/cloud";
import { thingArn } from "xs-ota/test/support/desk";

const groupArn = (name: string): string => `arn:aws:iot:us-east-1:123456789012:thinggroup/${name}`;

/** "site" holds t1, its child "hall" holds t2; t3 is in neither. */
async function openSite(t: TestContext): Promise<CloudBench> {
  const bench = await openCloud(t);
  const { iot } = bench;
  await iot.send(new CreateThingGroupCommand({ thingGroupName: "site" }));
  const hall = { thingGroupName: "hall", parentGroupName: "site" };
  await iot.send(new CreateThingGroupCommand(hall));
  for (const thingName of ["t1", "t2", "t3"]) await iot.send(new CreateThingCommand({ thingName }));
  await join(bench, "site", "t1");
  await join(bench, "hall", "t2");
  return bench;
}

async function join({ iot }: CloudBench, group: string, thingName: string): Promise<void> {
  await iot.send(new AddThingToThingGroupCommand({ thingGroupName: group, thingName }));
}

async function thingsOf({ iot }: CloudBench, jobId: string): Promise<(string | undefined)[]> {
  const { executionSummaries = [] } = await iot.send(new ListJobExecutionsForJobCommand({ jobId }));
  return executionSummaries.map(summary => summary.thingArn);
}

test("groups hold things and groups", async t => {
  const bench = await openSite(t);
  const { iot } = bench;
  const members = async (recursive: boolean): Promise<string[] | undefined> => {
    const list = { thingGroupName: "site", recursive };
    return (await iot.send(new ListThingsInThingGroupCommand(list))).things;
  };
  assert.deepEqual(await members(false), ["t1"]);
  assert.deepEqual(await members(true), ["t1", "t2"]);
  const hall = await iot.send(new DescribeThingGroupCommand({ thingGroupName: "hall" }));
  assert.equal(hall.thingGroupMetadata?.parentGroupName, "site");
  const roots = hall.thingGroupMetadata.rootToParentThingGroups;
  assert.deepEqual(roots, [{ groupName: "site", groupArn: groupArn("site") }]);
  const ofThing = await iot.send(new ListThingGroupsForThingCommand({ thingName: "t2" }));
  assert.deepEqual(
    ofThing.thingGroups?.map(g => g.groupName),
    ["hall"],
  );
  const children = await iot.send(new ListThingGroupsCommand({ parentGroup: "site" }));
  assert.deepEqual(
    children.thingGroups?.map(g => g.groupName),
    ["hall"],
  );
  const again = new CreateThingGroupCommand({ thingGroupName: "site" });
  await assert.rejects(iot.send(again), ResourceAlreadyExistsException);
  const parent = new DeleteThingGroupCommand({ thingGroupName: "site" });
  await assert.rejects(iot.send(parent), InvalidRequestException);
});

test("a snapshot job on a group is for the things in it, and below it, at that time", async t => {
  const bench = await openSite(t);
  const job = { jobId: "j1", targets: [groupArn("site")], document: "{}" };
  await bench.iot.send(new CreateJobCommand(job));
  await join(bench, "site", "t3");
  assert.deepEqual(await thingsOf(bench, "j1"), ["t1", "t2"].map(thingArn));
});

test("a continuous job reaches who joins later, and leaves who leaves", async t => {
  const bench = await openSite(t);
  const { iot } = bench;
  const job = { jobId: "j1", targets: [groupArn("site")], document: "{}" };
  await iot.send(new CreateJobCommand({ ...job, targetSelection: "CONTINUOUS" }));
  await join(bench, "hall", "t3");
  assert.deepEqual(await thingsOf(bench, "j1"), ["t1", "t2", "t3"].map(thingArn));
  const left = { thingGroupName: "site", thingName: "t1" };
  await iot.send(new RemoveThingFromThingGroupCommand(left));
  const which = new DescribeJobExecutionCommand({ jobId: "j1", thingName: "t1" });
  assert.equal((await iot.send(which)).execution?.status, "REMOVED");
  await join(bench, "site", "t1");
  const { execution } = await iot.send(which);
  assert.deepEqual([execution?.status, execution?.executionNumber], ["QUEUED", 2]);
});

test("a continuous job takes more targets", async t => {
  const bench = await openSite(t);
  const { iot } = bench;
  const job = { jobId: "j1", targets: [groupArn("hall")], document: "{}" };
  await iot.send(new CreateJobCommand({ ...job, targetSelection: "CONTINUOUS" }));
  const targets = [thingArn("t3")];
  await iot.send(new AssociateTargetsWithJobCommand({ jobId: "j1", targets }));
  assert.deepEqual(await thingsOf(bench, "j1"), ["t2", "t3"].map(thingArn));
});
