// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import type { OtaConfig } from "xs-ota";
import { encodeUtf8 } from "xs-ota/job/utf8";
import { AgentBench, BLOCK, firmware, jobMessage, REJECTED } from "xs-ota/test/support/agent-bench";

const SIZE = 10 * BLOCK - 100;
const image = firmware("1.1.0", SIZE);
const URL = "https://bucket/key?1";

const job = (url = URL, protocols: readonly string[] = ["HTTP"]): object =>
  jobMessage(SIZE, { protocols, file: { update_data_url: url, auth_scheme: "aws.s3.presigned" } });

/** A bench whose agent downloads over HTTP. */
function downloading(config: Partial<OtaConfig> = {}): AgentBench {
  const bench = new AgentBench({ config });
  bench.agent.start();
  bench.job(job());
  return bench;
}

const wholeRange = { "content-range": `bytes ${BLOCK}-${SIZE - 1}/${SIZE}` };

test("the first block is asked for alone, the rest in one request", () => {
  const bench = downloading();
  bench.http.serve(image);
  bench.http.serve(image, 777);
  assert.deepEqual(bench.http.asked, [`${URL} bytes=0-4095`, `${URL} bytes=4096-${SIZE - 1}`]);
  assert.deepEqual(bench.pal.bytes, image);
  assert.equal(bench.agent.state, "ClosingFile");
});

test("an older image is refused after one block", () => {
  const bench = downloading();
  bench.http.serve(firmware("0.9.0", SIZE));
  assert.equal(bench.http.asked.length, 1);
  assert.deepEqual(bench.told, ["ReceivedJob", "Fail"]);
});

test("a response that breaks off is taken up at the first missing block", () => {
  const bench = downloading();
  bench.http.serve(image);
  const body = [image.subarray(BLOCK, 3 * BLOCK + 50)];
  bench.http.answer({ status: 206, headers: wholeRange, body, error: "reset" });
  bench.clock.advance(10_000);
  assert.equal(bench.http.asked.at(-1), `${URL} bytes=${3 * BLOCK}-${4 * BLOCK - 1}`);
  while (bench.http.isBusy) bench.http.serve(image);
  assert.deepEqual(bench.pal.bytes, image);
  assert.equal(bench.agent.state, "ClosingFile");
});

test("a server that ignores ranges is used from the start of the file", () => {
  const bench = downloading();
  bench.http.serve(image);
  bench.http.answer({ status: 200, headers: { "content-length": String(SIZE) }, body: [image] });
  assert.deepEqual(bench.pal.bytes, image);
  assert.equal(bench.agent.state, "ClosingFile");
});

/** An image whose TLVs, which a device with demands wants before the rest, are in its last block. */
function imageWithTlvs(): Uint8Array {
  const bytes = firmware("1.1.0", 20 * BLOCK);
  new DataView(bytes.buffer).setUint32(12, bytes.length - 32 - 40, true);
  bytes.set([0x07, 0x69, 40, 0, 0x10, 0, 32, 0], bytes.length - 40);
  return bytes;
}

test("a server that ignores ranges is asked once, though the end of the file is wanted before its middle", () => {
  const whole = imageWithTlvs();
  const demands = { securityCounter: 0, deviceClass: undefined };
  const bench = new AgentBench({ demands });
  bench.agent.start();
  bench.job(jobMessage(whole.length, { protocols: ["HTTP"], file: { update_data_url: URL } }));
  const body = Array.from({ length: 80 }, (_, at) => whole.subarray(at * 1024, (at + 1) * 1024));
  while (bench.http.isBusy) bench.http.answer({ status: 200, body });
  assert.deepEqual(bench.pal.bytes, whole);
  assert.equal(bench.agent.state, "ClosingFile");
  assert.equal(bench.http.asked.length, 1);
});

test("a whole file of which no more comes is given up, and what is missing is asked for", () => {
  const bench = downloading();
  bench.http.answer({ status: 200, body: [image.subarray(0, 3 * BLOCK + 50)], stalls: true });
  bench.clock.advance(20_000);
  assert.equal(bench.http.asked[1], `${URL} bytes=${3 * BLOCK}-${4 * BLOCK - 1}`);
  while (bench.http.isBusy) bench.http.serve(image);
  assert.deepEqual(bench.pal.bytes, image);
  assert.equal(bench.agent.state, "ClosingFile");
});

test("a whole file that does not tell its length, as when it comes in chunks, is used to its end", () => {
  const bench = downloading();
  bench.http.serve(image);
  bench.http.answer({ status: 200, body: [image.subarray(0, 3 * BLOCK)] });
  assert.equal(bench.agent.state, "WaitingForFileBlock", "it was short");
  bench.clock.advance(10_000);
  while (bench.http.isBusy) bench.http.serve(image);
  assert.deepEqual(bench.pal.bytes, image);
  assert.equal(bench.agent.state, "ClosingFile");
});

test("an expired URL is replaced by a fresh one, and the download goes on where it was", () => {
  for (const status of [401, 403]) {
    const bench = downloading();
    bench.http.serve(image);
    bench.mqtt.take();
    bench.http.answer({ status });
    assert.ok(
      bench.mqtt.take().some(line => line.includes("$next/get")),
      "a fresh document",
    );
    bench.job(job("https://bucket/key?2"));
    assert.equal(bench.http.asked.at(-1), `https://bucket/key?2 bytes=4096-8191`);
    while (bench.http.isBusy) bench.http.serve(image);
    assert.equal(bench.agent.state, "ClosingFile");
  }
});

test("a document that comes in the middle of a range does not disturb it", () => {
  const bench = downloading();
  bench.http.serve(image);
  bench.job(job("https://bucket/key?2"));
  assert.equal(bench.http.asked.length, 2);
  bench.http.serve(image);
  assert.equal(bench.agent.state, "ClosingFile");
});

test("a redirect is followed where it is allowed, and not to less security", () => {
  const bench = downloading({ allowRedirects: true });
  const elsewhere = "https://elsewhere/key";
  const [first = ""] = bench.http.asked;
  bench.http.answer({ status: 307, headers: { location: elsewhere } });
  assert.equal(bench.http.asked.at(-1), first.replace(/^\S+/, elsewhere));
  bench.http.answer({ status: 307, headers: { location: "../key?2" } });
  assert.equal(bench.http.asked.at(-1), first.replace(/^\S+/, "https://elsewhere/key?2"));
  bench.http.serve(image);
  assert.ok(bench.events.some(({ type }) => type === "Progress"));
  bench.http.answer({ status: 302, headers: { location: "http://elsewhere/key" } });
  assert.equal(bench.http.asked.length, 4);
  assert.ok(!bench.http.isBusy, "it is refused");
});

test("a server that redirects without an end is refused", () => {
  const bench = downloading({ allowRedirects: true });
  for (let hop = 0; bench.http.isBusy && hop < 100; hop++) {
    bench.http.answer({ status: 301, headers: { location: "https://round/and/round" } });
  }
  assert.equal(bench.http.asked.length, 5);
});

// prettier-ignore
const useless: readonly (readonly [string, Parameters<AgentBench["http"]["answer"]>[0], RegExp])[] = [
  ["a missing file",                { status: 404 },                                               /HTTP 404/],
  ["a range that can't be served",  { status: 416 },                                               /HTTP 416/],
  ["a redirect",                    { status: 302, headers: { location: "http://evil" } },         /this redirect is refused/],
  ["another range than asked for",  { status: 206, headers: { "content-range": "bytes 0-9/10" } }, /Content-Range/],
  ["a range without Content-Range", { status: 206 },                                               /Content-Range none/],
  ["a whole file of another size",  { status: 200, headers: { "content-length": "7" } },           /Content-Length 7/],
];

for (const [what, response, reason] of useless) {
  test(`${what} ends the job after a few tries, with a reason`, () => {
    const bench = downloading();
    bench.http.serve(image);
    let tries = 0;
    for (; bench.http.isBusy && tries < 100; tries++) {
      bench.http.answer(response);
      bench.clock.advance(10_000);
    }
    assert.ok(tries >= 2 && tries <= 5, String(tries));
    assert.match(bench.mqtt.take().find(line => line.includes('"FAILED"')) ?? "", reason);
  });
}

test("a server in trouble is asked again, for longer", () => {
  const bench = downloading();
  bench.http.serve(image);
  for (let tries = 0; tries < 20; tries++) {
    bench.http.answer({ status: 503 });
    bench.clock.advance(10_000);
  }
  while (bench.http.isBusy) bench.http.serve(image);
  assert.equal(bench.agent.state, "ClosingFile");
});

test("a body longer than its range is cut off", () => {
  const bench = downloading();
  const body = [image.subarray(0, BLOCK), Uint8Array.of(1, 2, 3)];
  bench.http.answer({ status: 206, headers: { "content-range": `bytes 0-4095/${SIZE}` }, body });
  assert.equal(bench.agent.statistics.otaPacketsProcessed, 1);
});

test("a job that offers both goes by the preferred protocol, and by the other when that fails", () => {
  const bench = new AgentBench({ config: { dataProtocols: ["HTTP", "MQTT"] } });
  bench.agent.start();
  bench.job(job(URL, ["MQTT", "HTTP"]));
  bench.http.serve(image);
  while (bench.http.isBusy) {
    bench.http.answer({ status: 404 });
    bench.clock.advance(10_000);
  }
  bench.blocks(image, 1);
  assert.equal(bench.agent.state, "ClosingFile");
});

test("a stream that the cloud refuses is replaced by HTTP where the job offers it", () => {
  const bench = new AgentBench();
  bench.agent.start();
  bench.job(job(URL, ["HTTP", "MQTT"]));
  bench.blocks(image, 0, 1);
  for (let tries = 0; tries < 10 && !bench.http.isBusy; tries++) {
    bench.mqtt.deliver(
      REJECTED,
      Uint8Array.of(0xa1, 0x61, 0x6f, 0x6c, ...encodeUtf8("Unauthorized")),
    );
    bench.clock.advance(10_000);
  }
  assert.match(bench.http.asked[0] ?? "", /bytes=8192-/);
  while (bench.http.isBusy) bench.http.serve(image);
  assert.equal(bench.agent.state, "ClosingFile");
});

test("a stream that cannot be unsubscribed does not keep the download from the other protocol", () => {
  const bench = new AgentBench({ config: { maxNumRequestMomentum: 1 } });
  bench.agent.start();
  bench.job(job(URL, ["HTTP", "MQTT"]));
  bench.mqtt.refusals = 1;
  bench.clock.advance(10_000);
  while (bench.http.isBusy) bench.http.serve(image);
  assert.equal(bench.agent.state, "ClosingFile");
});

test("a job whose protocols the device has not is refused by name", () => {
  const bench = new AgentBench({ config: { dataProtocols: ["MQTT"] } });
  bench.agent.start();
  bench.job(job());
  const status = bench.mqtt.take().at(-1) ?? "";
  assert.match(status, /"REJECTED".*aborted: 0x0000000d.*offers HTTP, the device takes MQTT/);
});

test("a job that lacks what its protocol needs is refused with what it lacks", () => {
  const bench = new AgentBench();
  bench.agent.start();
  bench.job(jobMessage(SIZE, { protocols: ["HTTP"] }));
  assert.match(bench.mqtt.take().at(-1) ?? "", /HTTP: the job has no update_data_url/);
});
