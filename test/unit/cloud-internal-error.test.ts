// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { test } from "node:test";
import { Alarm } from "xs-ota/cloud/alarm";
import { startCloud } from "xs-ota/cloud/cloud";
import { Desk } from "xs-ota/cloud/desk";
import { memoryDisk } from "xs-ota/cloud/store/memory";
import { Store } from "xs-ota/cloud/store/store";
import { ROLE, START_MS, thingArn } from "xs-ota/test/support/desk";
import { MqttClient } from "xs-ota/test/support/mqtt";

type Reply = readonly [topic: string, message: Record<string, unknown>];

/** A desk whose disk reads no file and whose signer signs nothing while `isBroken`, and what it sends. */
function openDesk(): {
  readonly desk: Desk;
  ask(topic: string, request: object): Reply[];
  isBroken: boolean;
} {
  const sent: Reply[] = [];
  const fail = (what: string): void => {
    if (bench.isBroken) throw new Error(`the ${what} failed`);
  };
  const disk = memoryDisk();
  const readBlob = (id: string): Uint8Array | undefined => {
    fail("disk");
    return disk.readBlob(id);
  };
  const desk = new Desk({
    store: new Store({ ...disk, readBlob }),
    now: () => START_MS,
    publish: (topic, payload) => sent.push([topic, JSON.parse(Buffer.from(payload).toString())]),
    presign(url) {
      fail("signer");
      return url;
    },
  });
  const bench = {
    desk,
    isBroken: false,
    ask(topic: string, request: object): Reply[] {
      sent.length = 0;
      desk.handle("t1", `$aws/things/t1/${topic}`, Buffer.from(JSON.stringify(request)));
      return [...sent];
    },
  };
  const url = "${aws:iot:s3-presigned-url:https://s3.us-east-1.amazonaws.com/images/app}";
  desk.run(({ things, files, streams, jobs }) => {
    things.create({ thingName: "t1" });
    files.create("images");
    files.put("images", "app", Uint8Array.of(1, 2, 3));
    const s3Location = { bucket: "images", key: "app" };
    streams.create({ streamId: "S1", roleArn: ROLE, files: [{ fileId: 0, s3Location }] });
    jobs.create({ jobId: "j1", targets: [thingArn("t1")], document: JSON.stringify({ url }) });
  });
  return bench;
}

test("a stream whose file cannot be read is an InternalError, and the next request is served", () => {
  const bench = openDesk();
  const get = (): Reply | undefined => bench.ask("streams/S1/get/json", { f: 0, l: 256, n: 1 })[0];
  bench.isBroken = true;
  const [topic, message] = get() ?? [];
  assert.deepEqual(
    [topic, message?.["o"]],
    ["$aws/things/t1/streams/S1/rejected/json", "InternalError"],
  );
  bench.isBroken = false;
  assert.equal(get()?.[0], "$aws/things/t1/streams/S1/data/json");
});

test("a job whose document cannot be made is an InternalError, and the next request is served", () => {
  const bench = openDesk();
  const get = (): Reply | undefined => bench.ask("jobs/j1/get", { clientToken: "c" })[0];
  bench.isBroken = true;
  const [topic, message] = get() ?? [];
  assert.deepEqual(
    [topic, message?.["code"], message?.["clientToken"]],
    ["$aws/things/t1/jobs/j1/get/rejected", "InternalError", "c"],
  );
  bench.isBroken = false;
  assert.equal(get()?.[0], "$aws/things/t1/jobs/j1/get/accepted");
});

const failure = new Error("the disk is full");
const fail = (): never => {
  throw failure;
};

test("what the services throw when they are woken is reported, and the timer throws nothing", t => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const reports: unknown[] = [];
  const alarm = new Alarm({ wake: fail, wakeAt: () => 1000 }, error => reports.push(error));
  alarm.set();
  t.mock.timers.tick(1000);
  assert.deepEqual(reports, [failure]);
});

test("what a service throws at a message that came late is reported", async t => {
  const reports = new EventEmitter();
  const reported = once(reports, "report");
  const cloud = await startCloud({
    plainMqttPort: 0,
    faults: { rules: [{ kind: "delay", delayMs: 1 }] },
    report: error => reports.emit("report", error),
  });
  t.after(() => cloud.close());
  t.mock.method(cloud.desk, "handle", fail);
  const client = await MqttClient.connect(cloud.plainMqtt, "t1");
  t.after(() => client.close());
  client.publish("$aws/things/t1/jobs/get", "{}");
  assert.deepEqual(await reported, [failure]);
});
