// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultConfig, OtaAgent, type OtaAgentOptions } from "xs-ota";
import { AgentBench, JOBS } from "xs-ota/test/support/agent-bench";
import { ManualClock } from "xs-ota/test/support/manual-clock";
import { MemoryJournal, MemoryPal } from "xs-ota/test/support/memory-pal";
import { ScriptedMqtt } from "xs-ota/test/support/scripted-mqtt";

function options(more: Partial<OtaAgentOptions>): OtaAgentOptions {
  return {
    thingName: "T1",
    version: "1.0.0",
    pal: new MemoryPal(),
    journal: new MemoryJournal(),
    clock: new ManualClock(),
    device: { resetReason: "power-on", restart: () => undefined, random: () => 0.5 },
    mqtt: new ScriptedMqtt(),
    onEvent: () => undefined,
    ...more,
  };
}

// Source: ota_config_defaults.h of v3.3.0.
test("the defaults are the C library's where it has them", () => {
  assert.deepEqual(
    [
      defaultConfig.log2FileBlockSize,
      defaultConfig.selfTestResponseWaitMs,
      defaultConfig.fileRequestWaitMs,
      defaultConfig.maxNumRequestMomentum,
      defaultConfig.statusFrequency,
      defaultConfig.allowDowngrade,
      defaultConfig.firmwareFileType,
    ],
    [12, 16_000, 10_000, 32, 64, false, 0],
  );
});

// prettier-ignore
const badOptions: readonly (readonly [Record<string, unknown>, RegExp])[] = [
  [{ log2FileBlockSize: 7 },        /config\.log2FileBlockSize is 7, not 8\.\.17/],
  [{ log2FileBlockSize: 18 },       /is 18, not 8\.\.17/],
  [{ fileRequestWaitMs: 0 },        /config\.fileRequestWaitMs is 0/],
  [{ statusFrequency: 1.5 },        /config\.statusFrequency is 1\.5/],
  [{ maxNumBlocksRequest: "many" }, /config\.maxNumBlocksRequest is "many", not 1\.\.512/],
  [{ allowDowngrade: 1 },           /config\.allowDowngrade is 1, not true or false/],
  [{ dataProtocols: [] },           /config\.dataProtocols is \[\], not a list of "MQTT" and "HTTP"/],
  [{ dataProtocols: ["FTP"] },      /config\.dataProtocols is \["FTP"\]/],
  [{ streamEncoding: "xml" },       /config\.streamEncoding is "xml", not "cbor" or "json"/],
  [{ selfTestWaitMs: 1 },           /config\.selfTestWaitMs is not an option/],
];

test("a value out of its range is refused, with key, value and range", () => {
  for (const [config, message] of badOptions) {
    const make = (): OtaAgent => new OtaAgent(options({ config: config }));
    assert.throws(make, { code: "argument-invalid", message });
  }
});

test("a name that is no thing's is refused", () => {
  for (const thingName of ["", "a/b", "a b", "#", "x".repeat(129)]) {
    assert.throws(() => new OtaAgent(options({ thingName })), { code: "argument-invalid" });
  }
  new OtaAgent(options({ thingName: "x".repeat(128) }));
});

test("a version that is none is refused", () => {
  assert.throws(() => new OtaAgent(options({ version: "1.0" })), { code: "argument-invalid" });
});

test("an application may ask for a job at any time", () => {
  const bench = new AgentBench();
  assert.throws(() => bench.agent.checkForUpdate(), { code: "state-invalid" });
  bench.agent.start();
  bench.job({ timestamp: 1 });
  bench.mqtt.take();
  bench.agent.checkForUpdate();
  assert.equal(bench.mqtt.take().at(-1), `PUB q1 ${JOBS}/$next/get {"clientToken":"1:T1"}`);
});

test("the token of a request is no longer than AWS takes, however long the thing's name", () => {
  const mqtt = new ScriptedMqtt();
  const thingName = "x".repeat(128);
  new OtaAgent(options({ thingName, mqtt })).start();
  const [, token] = /"clientToken":"(.*)"/.exec(mqtt.take().at(-1) ?? "") ?? [];
  assert.equal(token, `0:${thingName}`.slice(0, 64));
});

test("only an application's states may be set", () => {
  const bench = new AgentBench();
  bench.agent.start();
  for (const state of ["Testing", "Unknown"] as const) {
    assert.throws(() => bench.agent.setImageState(state), { code: "argument-invalid" });
  }
  assert.throws(() => bench.agent.setImageState("Rejected"), { code: "state-invalid" });
  assert.equal(bench.agent.imageState, "Unknown");
  bench.agent.setImageState("Accepted");
  assert.equal(bench.agent.imageState, "Accepted");
});

test("a custom job that comes twice, as a reply and as a notification, is told of once", () => {
  const bench = new AgentBench({
    onEvent: event => {
      if (event.type === "ParseCustomJob") event.answer("SUCCEEDED", "rebooted");
    },
  });
  bench.agent.start();
  const custom = { execution: { jobId: "c", jobDocument: {} } };
  bench.job(custom);
  bench.mqtt.deliver(`${JOBS}/notify-next`, custom);
  assert.deepEqual(bench.told, ["ParseCustomJob"]);
  bench.reply(true, "c");
  bench.job({ timestamp: 1 });
  assert.deepEqual(bench.told, ["ParseCustomJob", "NoActiveJob"]);
});

test("a custom job that the application takes is reported in its words", () => {
  const events: string[] = [];
  const mqtt = new ScriptedMqtt();
  const agent = new OtaAgent(
    options({
      mqtt,
      onEvent: event => {
        events.push(event.type);
        if (event.type === "ParseCustomJob") event.answer("SUCCEEDED", "rebooted");
      },
    }),
  );
  agent.start();
  mqtt.deliver(`${JOBS}/$next/get/accepted`, { execution: { jobId: "c", jobDocument: {} } });
  assert.equal(
    mqtt.take().at(-1),
    `PUB q1 ${JOBS}/c/update {"status":"SUCCEEDED","statusDetails":{"reason":"rebooted"},"clientToken":"0:T1"}`,
  );
  assert.ok(!events.includes("Fail"));
});
