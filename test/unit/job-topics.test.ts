// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  getStreamTopic,
  nextJobTopic,
  notifyNextTopic,
  parseJobTopic,
  streamDataTopic,
  streamRejectedTopic,
  updateJobTopic,
} from "xs-ota/job/topics";

/** Source: AWS IoT developer guide, "Reserved topics", Jobs and MQTT-based file delivery. */
const topics: readonly (readonly [made: string, topic: string])[] = [
  [notifyNextTopic("T1"), "$aws/things/T1/jobs/notify-next"],
  [nextJobTopic("T1"), "$aws/things/T1/jobs/$next/get"],
  [updateJobTopic("T1", "J-1"), "$aws/things/T1/jobs/J-1/update"],
  [getStreamTopic("T1", "S1", "cbor"), "$aws/things/T1/streams/S1/get/cbor"],
  [streamDataTopic("T1", "S1", "json"), "$aws/things/T1/streams/S1/data/json"],
  [streamRejectedTopic("T1", "S1", "cbor"), "$aws/things/T1/streams/S1/rejected/cbor"],
];

for (const [made, topic] of topics) {
  test(`makes ${topic}`, () => {
    assert.equal(made, topic);
  });
}

const understood: readonly (readonly [topic: string, message: object])[] = [
  ["jobs/notify-next", { kind: "notify-next" }],
  ["jobs/$next/get/accepted", { kind: "job", accepted: true }],
  ["jobs/$next/get/rejected", { kind: "job", accepted: false }],
  ["jobs/J_1/update/accepted", { kind: "update", accepted: true, jobId: "J_1" }],
  ["jobs/J_1/update/rejected", { kind: "update", accepted: false, jobId: "J_1" }],
  ["jobs/get/update/accepted", { kind: "update", accepted: true, jobId: "get" }],
  ["jobs/notify-next/update/accepted", { kind: "update", accepted: true, jobId: "notify-next" }],
];

for (const [topic, message] of understood) {
  test(`understands ${topic}`, () => {
    assert.deepEqual(parseJobTopic("T1", `$aws/things/T1/${topic}`), message);
  });
}

const ignored: readonly (readonly [why: string, topic: string])[] = [
  ["another thing", "$aws/things/T2/jobs/notify-next"],
  ["a thing whose name begins alike", "$aws/things/T11/jobs/notify-next"],
  ["a stream", "$aws/things/T1/streams/S1/data/cbor"],
  ["the application's own", "T1/jobs/notify-next"],
  ["a request", "$aws/things/T1/jobs/$next/get"],
  ["the list of all jobs", "$aws/things/T1/jobs/get/accepted"],
  ["jobs/notify", "$aws/things/T1/jobs/notify"],
  ["the description of a job by its id", "$aws/things/T1/jobs/J1/get/accepted"],
  ["an update of $next", "$aws/things/T1/jobs/$next/update/accepted"],
  ["another reply", "$aws/things/T1/jobs/J1/update/documents"],
  ["more behind", "$aws/things/T1/jobs/$next/get/accepted/x"],
  ["a job id of other characters", "$aws/things/T1/jobs/J 1/update/accepted"],
  ["the empty topic", ""],
];

for (const [why, topic] of ignored) {
  test(`ignores ${why}`, () => {
    assert.equal(parseJobTopic("T1", topic), undefined);
  });
}

test("a thing's name is taken literally", () => {
  assert.equal(parseJobTopic("T.", "$aws/things/T1/jobs/notify-next"), undefined);
  assert.deepEqual(parseJobTopic("a:b_c-d", "$aws/things/a:b_c-d/jobs/notify-next"), {
    kind: "notify-next",
  });
});
