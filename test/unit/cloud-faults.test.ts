// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { faultKinds, type FaultPlan, Faults, type Passage } from "xs-ota/cloud/faults/faults";
import { openCloud } from "xs-ota/test/support/cloud";
import { thingArn } from "xs-ota/test/support/desk";
import { MqttClient } from "xs-ota/test/support/mqtt";

type Rule = FaultPlan["rules"][number];

const message = (n: number, more: Partial<Passage> = {}): Passage => ({
  direction: "to-device",
  thing: "t1",
  topic: "streams/S1/data/cbor",
  payload: Uint8Array.of(n, 0, 0, 0),
  ...more,
});

/** What comes of messages 0, 1, 2 …: for each its number, or the kind of the outcome. */
function comeOf(count: number, rule: Rule, seed = 1, more: Partial<Passage> = {}): unknown[] {
  const faults = new Faults({ seed, rules: [rule] });
  return Array.from({ length: count }, (_, n) => faults.pass(message(n, more)))
    .flat()
    .map(o => (o.kind === "deliver" ? o.passage.payload[0] : o.kind));
}

test("without rules every message arrives as it was", () => {
  assert.deepEqual(new Faults().pass(message(7)), [
    { kind: "deliver", passage: message(7), delayMs: 0 },
  ]);
});

test("messages are dropped, repeated, swapped and refused", () => {
  assert.deepEqual(comeOf(3, { kind: "drop", times: 1 }), [1, 2]);
  assert.deepEqual(comeOf(3, { kind: "repeat", times: 1 }), [0, 0, 1, 2]);
  assert.deepEqual(comeOf(3, { kind: "reorder", times: 1 }), [1, 0, 2]);
  assert.deepEqual(comeOf(2, { kind: "disconnect", times: 1 }), ["disconnect", 1]);
  const direction = "to-cloud";
  assert.deepEqual(comeOf(2, { kind: "throttle", times: 1 }, 1, { direction }), ["refuse", 1]);
});

test("it is told which kinds have struck, and how often", () => {
  const rules: Rule[] = [
    { kind: "repeat", times: 2 },
    { kind: "drop", times: 1 },
    { kind: "delay", topic: "jobs/*" },
    { kind: "expire", times: 1 },
  ];
  const faults = new Faults({ rules });
  for (const n of [0, 1, 2, 3]) faults.pass(message(n, { thing: `t${n % 2}` }));
  assert.deepEqual(faults.struck, { repeat: 4 });
  for (const n of [0, 1]) faults.pass(message(n));
  faults.expires("t1");
  faults.expires("t1");
  assert.deepEqual(faults.struck, { repeat: 4, drop: 1, expire: 1 });
});

test("a delayed message says how long", () => {
  const [outcome] = new Faults({ rules: [{ kind: "delay", delayMs: 250 }] }).pass(message(0));
  assert.equal(outcome?.kind === "deliver" && outcome.delayMs, 250);
});

test("corruption flips one bit, truncation shortens, and neither touches the original", () => {
  const payload = Uint8Array.from({ length: 64 }, (_, i) => i);
  for (let seed = 0; seed < 50; seed++) {
    const bytesOf = (kind: "corrupt" | "truncate"): Uint8Array => {
      const [outcome] = new Faults({ seed, rules: [{ kind }] }).pass(message(0, { payload }));
      assert.equal(outcome?.kind, "deliver");
      return outcome.passage.payload;
    };
    const bits = [...bytesOf("corrupt")].map((b, i) => (b ^ i).toString(2).replaceAll("0", ""));
    assert.equal(bits.join(""), "1");
    const short = bytesOf("truncate");
    assert.ok(short.length < 64);
    assert.deepEqual(short, payload.subarray(0, short.length));
  }
  assert.deepEqual(
    payload,
    Uint8Array.from({ length: 64 }, (_, i) => i),
  );
});

test("the same seed does the same, another does not", () => {
  const rule: Rule = { kind: "drop", probability: 0.5 };
  assert.deepEqual(comeOf(200, rule, 1), comeOf(200, rule, 1));
  assert.notDeepEqual(comeOf(200, rule, 1), comeOf(200, rule, 2));
  const kept = comeOf(2000, rule).length;
  assert.ok(kept > 900 && kept < 1100, `${kept} of 2,000 kept`);
});

test("what happens to one thing does not depend on another", () => {
  const plan: FaultPlan = { seed: 5, rules: [{ kind: "drop", probability: 0.5 }] };
  const alone = new Faults(plan);
  const together = new Faults(plan);
  for (let n = 0; n < 100; n++) {
    const expected = alone.pass(message(n));
    together.pass(message(n, { thing: "t2" }));
    assert.deepEqual(together.pass(message(n)), expected);
  }
});

test("a rule is for its things, topics and direction only", () => {
  const rule: Rule = { kind: "drop", thing: "t*", topic: "streams/*/cbor", direction: "to-device" };
  assert.deepEqual(comeOf(1, rule), []);
  assert.deepEqual(comeOf(1, rule, 1, { thing: "x1" }), [0]);
  assert.deepEqual(comeOf(1, rule, 1, { topic: "streams/S1/data/json" }), [0]);
  assert.deepEqual(comeOf(1, rule, 1, { direction: "to-cloud" }), [0]);
});

test("a plan with an unknown fault is refused", () => {
  const rules = [{ kind: "melt" }] as unknown as FaultPlan["rules"];
  assert.throws(() => new Faults({ rules }), /kind/);
  assert.equal(faultKinds.length, 9);
});

test("a device meets the faults on its line", async t => {
  const { cloud } = await openCloud(t, {
    faults: {
      rules: [
        { kind: "throttle", topic: "jobs/get", direction: "to-cloud", times: 1 },
        { kind: "drop", topic: "jobs/start-next/accepted", times: 1 },
        { kind: "disconnect", topic: "jobs/j1/update", direction: "to-cloud", times: 1 },
      ],
    },
  });
  cloud.desk.run(({ things, jobs }) => {
    things.create({ thingName: "t1" });
    jobs.create({ jobId: "j1", targets: [thingArn("t1")], document: "{}" });
  });
  const device = await MqttClient.connect(cloud.plainMqtt, "t1");
  device.publish("$aws/things/t1/jobs/get", '{"clientToken":"c"}');
  const refused = JSON.parse((await device.message()).payload.toString()) as object;
  assert.deepEqual(
    { ...refused, timestamp: 0 },
    {
      code: "RequestThrottled",
      message: "Too many requests",
      clientToken: "c",
      timestamp: 0,
    },
  );
  device.publish("$aws/things/t1/jobs/start-next", "{}");
  device.publish("$aws/things/t1/jobs/get", "{}");
  assert.equal((await device.message()).topic, "$aws/things/t1/jobs/get/accepted");
  device.publish("$aws/things/t1/jobs/j1/update", '{"status":"FAILED"}');
  await device.closed();
  assert.equal(cloud.desk.jobs.getExecution("t1", "j1").status, "IN_PROGRESS");
});

test("a URL that the plan lets expire is refused by S3, the next one is not", async t => {
  const { cloud } = await openCloud(t, { faults: { rules: [{ kind: "expire", times: 1 }] } });
  const device = await MqttClient.connect(cloud.plainMqtt, "t1");
  t.after(() => device.close());
  await device.subscribe("$aws/things/t1/jobs/notify-next");
  const place = "https://s3.us-east-1.amazonaws.com/images/a";
  cloud.desk.run(({ things, files, jobs }) => {
    things.create({ thingName: "t1" });
    files.create("images");
    files.put("images", "a", Uint8Array.of(1));
    const document = JSON.stringify({ url: `\${aws:iot:s3-presigned-url:${place}}` });
    jobs.create({ jobId: "j1", targets: [thingArn("t1")], document });
  });
  const statusOfNext = async (): Promise<number> => {
    const { payload } = await device.message();
    const url = /"url":"([^"]+)"/.exec(payload.toString())?.[1] ?? "";
    return (await fetch(url)).status;
  };
  assert.equal(await statusOfNext(), 403);
  device.publish("$aws/things/t1/jobs/$next/get", "{}");
  assert.equal(await statusOfNext(), 200);
});
