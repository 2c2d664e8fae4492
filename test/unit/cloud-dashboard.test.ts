// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { type FleetView, viewFleet } from "xs-ota/cloud/dashboard/view";
import { openCloud } from "xs-ota/test/support/cloud";
import { DeskBench, START_MS, thingArn } from "xs-ota/test/support/desk";

test("the view tells progress, versions and reasons", () => {
  const bench = new DeskBench();
  bench.createJob("j1", ["t1", "t2", "t3"]);
  const update = (thing: string, status: string, statusDetails: object): unknown =>
    bench.ask(thing, "jobs/j1/update", { status, statusDetails });
  update("t1", "SUCCEEDED", { reason: "accepted  v1.1.0", updatedBy: "  v1.0.0" });
  update("t2", "IN_PROGRESS", { receive: "16/64" });
  update("t3", "FAILED", { reason: "reverted" });
  const { things, jobs, versions } = viewFleet(bench.desk);
  const rows = jobs[0]?.executions.map(e => [e.thing, e.status, e.progress, e.note]);
  assert.deepEqual(rows, [
    ["t1", "SUCCEEDED", 1, "accepted  v1.1.0"],
    ["t2", "IN_PROGRESS", 0.25, "blocks 16/64"],
    ["t3", "FAILED", 0, "reverted"],
  ]);
  assert.deepEqual(versions, [{ at: START_MS, thing: "t1", version: "1.1.0" }]);
  assert.deepEqual(
    things.map(t => [t.name, t.version]),
    [
      ["t1", "1.1.0"],
      ["t2", ""],
      ["t3", ""],
    ],
  );
});

test("the page needs its secret, and hears of changes", async t => {
  const { cloud } = await openCloud(t);
  const page = await fetch(cloud.dashboard);
  assert.match(await page.text(), /<title>xs-ota cloud<\/title>/);
  assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'self'/);
  for (const wrong of ["/-/guess/", "/-/guess/events", "/-/", "/-/guess/../page.css"]) {
    assert.equal((await fetch(cloud.endpoint + wrong)).status, 404, wrong);
  }
  for (const none of ["package.json", "constructor"]) {
    assert.equal((await fetch(cloud.dashboard + none)).status, 404, none);
  }
  const stop = new AbortController();
  const { body } = await fetch(`${cloud.dashboard}events`, { signal: stop.signal });
  const reader = (body ?? new ReadableStream()).getReader();
  const next = async (): Promise<FleetView> => {
    const { value } = (await reader.read()) as { value: Uint8Array };
    return JSON.parse(
      Buffer.from(value)
        .toString()
        .replace(/^data: /, ""),
    ) as FleetView;
  };
  assert.deepEqual((await next()).jobs, []);
  cloud.desk.run(({ things, jobs }) => {
    things.create({ thingName: "t1" });
    jobs.create({ jobId: "j1", targets: [thingArn("t1")], document: "{}" });
  });
  assert.deepEqual(
    (await next()).jobs.map(job => job.id),
    ["j1"],
  );
  stop.abort();
});
