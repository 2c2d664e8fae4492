// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { OtaError } from "xs-ota/pal/error";
import { AgentBench, BLOCK, jobMessage, JOBS, askedBench } from "xs-ota/test/support/agent-bench";

const TEN = 10 * BLOCK - 100;
const update = `${JOBS}/AFR_OTA-j/update`;

test("reports name the version of the execution, and the attempt", () => {
  const bench = askedBench({ config: { conditionalUpdates: true } });
  bench.pal.failures.set("createFile", new OtaError("image-too-large", "no room"));
  bench.job(jobMessage(TEN, { executionNumber: 3 }));
  assert.match(bench.mqtt.take().at(-1) ?? "", /,"expectedVersion":1,"executionNumber":3}$/);
});

test("a report refused for its version goes out again with the one that the cloud has", () => {
  const bench = askedBench({ config: { conditionalUpdates: true } });
  bench.pal.failures.set("createFile", new OtaError("image-too-large", "no room"));
  bench.job(jobMessage(TEN));
  const executionState = { status: "IN_PROGRESS", versionNumber: 7 };
  bench.mqtt.deliver(`${update}/rejected`, { code: "VersionMismatch", executionState });
  assert.match(bench.mqtt.take().at(-1) ?? "", /"expectedVersion":7,/);
});

test("a report refused for its version because the execution has ended is not repeated", () => {
  const bench = askedBench({ config: { conditionalUpdates: true } });
  bench.pal.failures.set("createFile", new OtaError("image-too-large", "no room"));
  bench.job(jobMessage(TEN));
  bench.mqtt.take();
  const executionState = { status: "CANCELED", versionNumber: 7 };
  bench.mqtt.deliver(`${update}/rejected`, { code: "VersionMismatch", executionState });
  assert.deepEqual(
    bench.mqtt.take().filter(line => line.includes("/update")),
    [],
  );
});

/** A job that failed, and whose report waits for its reply. */
function reporting(): AgentBench {
  const bench = askedBench();
  bench.pal.failures.set("createFile", new OtaError("image-too-large", "no room"));
  bench.job(jobMessage(TEN));
  bench.mqtt.take();
  return bench;
}

const updates = (bench: AgentBench): readonly string[] =>
  bench.mqtt.take().filter(line => line.includes(update));

for (const [what, reply] of [
  ["is taken for malformed", { code: "InvalidJson" }],
  ["is taken for invalid", { code: "InvalidRequest" }],
  ["is refused for no reason", Uint8Array.of(0x7b)],
] as const) {
  test(`a report that ${what} was damaged on its way, and is sent again`, () => {
    const bench = reporting();
    bench.mqtt.deliver(`${update}/rejected`, reply);
    assert.deepEqual(updates(bench), []);
    bench.clock.advance(15_000);
    assert.match(updates(bench).join(), /"status":"REJECTED"/);
    bench.reply(true);
    bench.clock.advance(1_000_000);
    assert.deepEqual(updates(bench), []);
  });
}

test("a report that was lost is not taken for malformed so much the sooner", () => {
  const bench = reporting();
  for (let lost = 0; lost < 10; lost++) bench.clock.advance(600_000);
  bench.mqtt.deliver(`${update}/rejected`, { code: "InvalidJson" });
  updates(bench);
  bench.clock.advance(600_000);
  assert.match(updates(bench).join(), /"status":"REJECTED"/);
});

test("a report that is taken for malformed each time is given up", () => {
  const bench = reporting();
  let sent = 1;
  for (let tries = 0; tries < 20; tries++) {
    bench.mqtt.deliver(`${update}/rejected`, { code: "InvalidRequest" });
    const before = sent;
    for (let second = 0; second < 600 && sent === before; second++) {
      bench.clock.advance(1000);
      sent += updates(bench).length;
    }
  }
  assert.equal(sent, 5);
});
