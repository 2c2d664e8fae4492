// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryDisk } from "xs-ota/cloud/store/memory";
import { sqliteDisk } from "xs-ota/cloud/store/sqlite";
import { Store } from "xs-ota/cloud/store/store";
import { DeskBench, ROLE } from "xs-ota/test/support/desk";
import { temporaryFolder } from "xs-ota/test/support/files";

interface Pump {
  readonly site: string;
  readonly n: number;
}

test("records, their order and their indexes outlive the process", t => {
  const directory = temporaryFolder(t);
  const first = new Store(sqliteDisk(directory));
  const pumps = first.table<Pump>("pumps", { site: p => p.site });
  for (const [n, name] of ["c", "a", "b", "x"].entries()) pumps.put(name, { site: "s", n });
  first.commit();
  pumps.put("c", { site: "s", n: 9 });
  pumps.delete("x");
  first.close();
  const again = new Store(sqliteDisk(directory));
  t.after(() => again.close());
  const read = again.table<Pump>("pumps", { site: p => p.site });
  assert.deepEqual(
    read.by("site", "s").map(p => p.n),
    [9, 1, 2],
  );
  assert.equal(read.has("x"), false);
});

test("what was not committed is gone, all of it", t => {
  const directory = temporaryFolder(t);
  const disk = sqliteDisk(directory);
  const store = new Store(disk);
  store.table<Pump>("pumps").put("a", { site: "s", n: 1 });
  disk.close();
  const again = new Store(sqliteDisk(directory));
  t.after(() => again.close());
  assert.equal(again.table<Pump>("pumps").size, 0);
});

test("a second cloud in the same folder is refused with a remedy", t => {
  const directory = temporaryFolder(t);
  const store = new Store(sqliteDisk(directory));
  assert.throws(() => sqliteDisk(directory), /cloud\.lock.*Another cloud runs there/);
  store.close();
  sqliteDisk(directory).close();
});

test("after a restart a job goes on where it was, with its files", t => {
  const directory = temporaryFolder(t);
  const before = new DeskBench(sqliteDisk(directory));
  before.createJob("j1", ["t1"]);
  before.desk.run(({ files, streams }) => {
    files.create("images");
    files.put("images", "a", Uint8Array.of(1, 2, 3));
    const s3Location = { bucket: "images", key: "a" };
    streams.create({ streamId: "S1", roleArn: ROLE, files: [{ fileId: 0, s3Location }] });
  });
  before.ask("t1", "jobs/j1/update", { status: "IN_PROGRESS", statusDetails: { a: "1" } });
  before.close();
  const after = new DeskBench(sqliteDisk(directory));
  t.after(() => after.close());
  const [[, reply] = []] = after.ask("t1", "jobs/$next/get", {});
  const execution = reply?.["execution"] as Record<string, unknown>;
  assert.deepEqual(
    [execution["status"], execution["statusDetails"], execution["versionNumber"]],
    ["IN_PROGRESS", { a: "1" }, 2],
  );
  const [[, block] = []] = after.ask("t1", "streams/S1/get/json", { f: 0, l: 256, n: 1 });
  assert.equal(block?.["p"], "AQID");
});

test("nobody is told of what the disk did not take, until it does", () => {
  const disk = memoryDisk();
  let full = false;
  const bench = new DeskBench({
    ...disk,
    write(changes) {
      if (full) throw new Error("disk full");
      disk.write(changes);
    },
  });
  bench.createJob("j1", ["t1"]);
  bench.take();
  full = true;
  const update = Buffer.from('{"status":"SUCCEEDED"}');
  const topic = "$aws/things/t1/jobs/j1/update";
  assert.throws(() => bench.desk.handle("t1", topic, update), /disk full/);
  assert.equal(bench.sent.length, 0);
  full = false;
  bench.desk.wake();
  assert.ok(bench.sent.some(sent => sent.topic === `${topic}/accepted`));
});
