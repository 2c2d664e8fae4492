// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeUtf8 } from "xs-ota/job/utf8";
import { OtaError } from "xs-ota/pal/error";
import {
  AgentBench,
  BLOCK,
  firmware,
  jobMessage,
  JOBS,
  askedBench,
} from "xs-ota/test/support/agent-bench";

const TEN = 10 * BLOCK - 100;
const image = firmware("1.1.0", TEN);
const update = `${JOBS}/AFR_OTA-j/update`;

test("a lost reply to the request for a job is asked for again", () => {
  const bench = askedBench();
  bench.mqtt.take();
  bench.clock.advance(10_000);
  assert.equal(bench.mqtt.take().at(-1), `PUB q1 ${JOBS}/$next/get {"clientToken":"1:T1"}`);
});

test("an agent that starts without a connection asks when there is one", () => {
  const bench = new AgentBench();
  bench.mqtt.connected = false;
  bench.agent.start();
  assert.equal(bench.agent.state, "RequestingJob");
  bench.mqtt.connect();
  assert.equal(bench.agent.state, "WaitingForJob");
  assert.equal(bench.mqtt.take().length, 2);
});

test("a job that came while there was no connection is found with the next one", () => {
  const bench = askedBench();
  bench.job({ timestamp: 1 });
  bench.mqtt.disconnect();
  bench.clock.advance(24 * 3_600_000);
  bench.mqtt.take();
  bench.mqtt.connect();
  assert.deepEqual(bench.mqtt.take(), [
    `SUB q1 ${JOBS}/notify-next`,
    `PUB q1 ${JOBS}/$next/get {"clientToken":"1:T1"}`,
  ]);
  bench.job(jobMessage(TEN));
  bench.blocks(image);
  assert.equal(bench.agent.state, "ClosingFile");
});

test("a connection lost during a download goes on where it was", () => {
  const bench = askedBench();
  bench.job(jobMessage(TEN));
  bench.blocks(image, 0, 3);
  bench.mqtt.disconnect();
  bench.clock.advance(24 * 3_600_000);
  assert.equal(bench.agent.state, "WaitingForFileBlock");
  bench.mqtt.take();
  bench.mqtt.connect();
  assert.ok(bench.mqtt.sent.some(line => line.startsWith("SUB q0") && line.endsWith("/data/cbor")));
  assert.ok(
    bench.mqtt.sent.some(line => line.includes("616242f003")),
    "only what is missing",
  );
  bench.blocks(image, 4);
  assert.equal(bench.agent.state, "ClosingFile");
});

test("a stream that stays silent ends the job with a reason, and the agent takes the next one", () => {
  const bench = askedBench({ config: { maxNumRequestMomentum: 4 } });
  bench.job(jobMessage(TEN));
  bench.blocks(image, 0, 0);
  bench.clock.advance(3_600_000);
  const failed = bench.mqtt.take().find(line => line.includes('"FAILED"'));
  assert.ok(failed?.includes("download-stalled: 1 of 10 blocks, then requests in vain: no answer"));
  bench.reply(true);
  bench.reply(true);
  bench.job(jobMessage(TEN, { jobId: "next" }));
  bench.blocks(image);
  assert.equal(bench.agent.state, "ClosingFile");
});

test("the next job is asked for only when the end of the last is known to the cloud", () => {
  const bench = askedBench();
  bench.pal.failures.set("createFile", new OtaError("image-too-large", "no room"));
  bench.job(jobMessage(TEN));
  const requests = (): number =>
    bench.mqtt.take().filter(line => line.includes("$next/get ")).length;
  assert.equal(requests(), 1, "the one of the start");
  bench.clock.advance(1);
  assert.equal(requests(), 0);
  bench.reply(true);
  assert.equal(requests(), 1);
});

test("a report without a reply is sent again, also over the next connection", () => {
  const bench = askedBench();
  bench.pal.failures.set("createFile", new OtaError("image-too-large", "no room"));
  bench.job(jobMessage(TEN));
  const reports = (): number => bench.mqtt.take().filter(line => line.includes(update)).length;
  assert.equal(reports(), 1);
  bench.clock.advance(10_000);
  assert.equal(reports(), 1);
  bench.mqtt.disconnect();
  bench.mqtt.connect();
  assert.equal(reports(), 1);
  bench.reply(true);
  bench.clock.advance(3_600_000);
  assert.equal(reports(), 0);
});

test("a malformed document is refused by its job id, and the agent goes on", () => {
  const bench = askedBench();
  bench.mqtt.take();
  bench.job(jobMessage(TEN, { file: { filesize: "many" } }));
  const [status = ""] = bench.mqtt.take();
  assert.ok(status.includes('"reason":"0x0000000c: 0x00000004"'), status);
  assert.ok(status.includes("files[0].filesize is not a number"), status);
  bench.reply(true);
  bench.job(jobMessage(TEN, { jobId: "next" }));
  assert.equal(bench.agent.state, "WaitingForFileBlock");
});

/** Documents that would exhaust a small device, as text: its stack has no room for such objects; and what the operator reads. */
const excesses: readonly (readonly [what: string, makeValue: () => string, reason: string])[] = [
  ["broad", () => `[${"[],".repeat(520)}0]`, "more than 1024 brackets, commas and colons"],
  ["deep", () => "[".repeat(40) + "]".repeat(40), "nested deeper than 16"],
  ["long", () => `"${"x".repeat(40_960)}"`, "bytes, more than 40960"],
];

for (const [what, makeValue, reason] of excesses) {
  test(`a document too ${what} to be read is refused by its job id, and the agent goes on`, () => {
    const bench = askedBench();
    bench.mqtt.take();
    const message = `{"execution":{"jobDocument":{"a":${makeValue()}},"jobId":"AFR_OTA-j"}}`;
    bench.mqtt.deliver(`${JOBS}/$next/get/accepted`, encodeUtf8(message));
    const [status = ""] = bench.mqtt.take();
    assert.ok(status.startsWith(`PUB q1 ${update} {"status":"REJECTED"`), status);
    assert.ok(status.includes(reason), status);
    bench.reply(true);
    bench.job(jobMessage(TEN, { jobId: "next" }));
    assert.equal(bench.agent.state, "WaitingForFileBlock");
  });
}

test("a document as deep as is read is the application's, and rejected when it does not take it", () => {
  const bench = askedBench();
  bench.mqtt.take();
  const value = "[".repeat(13) + "]".repeat(13);
  const message = `{"execution":{"jobDocument":{"a":${value}},"jobId":"AFR_OTA-j"}}`;
  bench.mqtt.deliver(`${JOBS}/$next/get/accepted`, encodeUtf8(message));
  const [status = ""] = bench.mqtt.take();
  assert.ok(status.includes("afr_ota is missing"), status);
});

test("a job with too much in its document is not refused by an answer to a request before the last", () => {
  const bench = askedBench();
  bench.clock.advance(10_000);
  bench.mqtt.take();
  const execution = { jobId: "AFR_OTA-j", jobDocument: { a: Array(520).fill([]) } };
  bench.job({ clientToken: "0:T1", execution });
  assert.deepEqual(bench.mqtt.take(), []);
});

test("a job that is cancelled during the download is dropped without a report", () => {
  const bench = askedBench();
  bench.job(jobMessage(TEN));
  bench.blocks(image, 0, 2);
  bench.reply(true);
  bench.mqtt.take();
  bench.mqtt.deliver(`${JOBS}/notify-next`, { timestamp: 2, execution: {} });
  assert.ok(!bench.mqtt.sent.some(line => line.includes("/update")));
  assert.deepEqual(bench.told, ["ReceivedJob", "Fail"]);
  assert.equal(bench.agent.state, "WaitingForJob");
});

test("a reply to an earlier request does not begin a job again that was cancelled since", () => {
  const bench = askedBench();
  bench.job({ ...jobMessage(TEN), clientToken: "0:T1" });
  bench.agent.checkForUpdate();
  bench.mqtt.deliver(`${JOBS}/notify-next`, { timestamp: 2 });
  assert.match(bench.mqtt.take().at(-1) ?? "", /"clientToken":"2:T1"/);
  bench.job({ ...jobMessage(TEN), clientToken: "1:T1" });
  assert.equal(bench.agent.state, "WaitingForJob");
  bench.job({ clientToken: "2:T1", timestamp: 3 });
  assert.deepEqual(bench.told, ["ReceivedJob", "Fail", "NoActiveJob"]);
});

test("another job takes the place of the one under way", () => {
  const bench = askedBench();
  bench.job(jobMessage(TEN));
  bench.blocks(image, 0, 2);
  bench.mqtt.deliver(`${JOBS}/notify-next`, jobMessage(TEN, { jobId: "other" }));
  bench.job(jobMessage(TEN, { jobId: "other" }));
  bench.blocks(image);
  assert.equal(bench.agent.state, "ClosingFile");
  assert.ok(bench.mqtt.take().at(-1)?.includes("/jobs/other/update"));
});

test("a late refusal of the job before does not end the one under way", () => {
  for (const begun of [0, 9]) {
    const bench = askedBench();
    bench.job(jobMessage(TEN));
    bench.blocks(image, 0, begun); // progress waits for its reply, or "ready" does
    bench.mqtt.deliver(`${JOBS}/notify-next`, jobMessage(TEN, { jobId: "other" }));
    bench.job(jobMessage(TEN, { jobId: "other" }));
    bench.blocks(image, 0, 3);
    for (let replies = 0; replies < 3; replies++) bench.reply(false);
    assert.equal(bench.agent.state, "WaitingForFileBlock", `after block ${begun}`);
    bench.blocks(image, 4);
    assert.equal(bench.agent.state, "ClosingFile");
  }
});

test("a notification of the same job changes nothing", () => {
  const bench = askedBench();
  bench.job(jobMessage(TEN));
  bench.blocks(image, 0, 4);
  bench.mqtt.deliver(`${JOBS}/notify-next`, jobMessage(TEN));
  bench.blocks(image, 5);
  assert.equal(bench.agent.state, "ClosingFile");
  assert.equal(bench.pal.calls.filter(call => call.startsWith("createFile")).length, 1);
});

test("a bit that flips in the name of the execution does not end the job under way", () => {
  const bench = askedBench();
  bench.job(jobMessage(TEN));
  bench.mqtt.deliver(`${JOBS}/notify-next`, { timestamp: 2, exebution: { jobId: "AFR_OTA-j" } });
  assert.match(bench.mqtt.take().at(-1) ?? "", /\$next\/get/, "it asks what was meant");
  bench.blocks(image);
  assert.equal(bench.agent.state, "ClosingFile");
});

test("a document of the job under way that can't be read any more does not end it", () => {
  const bench = askedBench();
  bench.job(jobMessage(TEN));
  bench.blocks(image, 0, 4);
  const damaged = jobMessage(TEN, { file: { filesize: "4O" } });
  bench.mqtt.deliver(`${JOBS}/notify-next`, damaged);
  bench.blocks(image, 5);
  bench.job(damaged);
  assert.deepEqual(bench.told, ["ReceivedJob", "Activate"]);
  assert.equal(bench.agent.state, "ClosingFile");
});

test("a reply that is damaged is asked for again, and a notification at once", () => {
  const bench = askedBench();
  bench.mqtt.take();
  bench.job({ exebution: { jobId: "AFR_OTA-j" } });
  assert.deepEqual([bench.told, bench.mqtt.take()], [[], []]);
  bench.clock.advance(10_000);
  assert.match(bench.mqtt.take().at(-1) ?? "", /\$next\/get/);
  bench.job({ timestamp: 1 });
  bench.mqtt.deliver(`${JOBS}/notify-next`, Uint8Array.of(0x7b));
  assert.match(bench.mqtt.take().at(-1) ?? "", /\$next\/get/);
});

test("no job is told to the application, and is no error", () => {
  const bench = askedBench();
  bench.job({ timestamp: 1 });
  assert.deepEqual(bench.told, ["NoActiveJob"]);
  assert.equal(bench.clock.pending, 0, "a notification will wake it");
});

test("a job that is not an OTA job is the application's to take", () => {
  const bench = new AgentBench();
  bench.agent.start();
  const message = { execution: { jobId: "c1", jobDocument: { reboot: true } } };
  bench.job(message);
  assert.deepEqual(bench.told, ["ParseCustomJob", "Fail"]);
  assert.ok(bench.mqtt.take().at(-1)?.includes('"status":"REJECTED"'));
});
