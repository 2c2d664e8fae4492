// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { packageRoot } from "xs-ota/cli/boards";
import { makeSignedDelta } from "xs-ota/cli/delta";
import { DELTA_FILE_TYPE } from "xs-ota/delta/header";
import { openStage, outcomeOf, runningVersion, type StageBench } from "xs-ota/test/support/stage";

/* An application without HTTP, deltas and streams in JSON: manifest-mqtt.json. Each test begins where the one before ended. */

const asksForHttp = `
import { OtaAgent } from "xs-ota";
import { openHost } from "xs-ota/host/host";
const host = openHost();
trace(\`http is \${host.http}\\n\`);
const { thingName } = host.identity;
const config = { dataProtocols: ["HTTP"] } as const;
try {
  new OtaAgent({ ...host, thingName, version: host.runningVersion, config, onEvent: () => undefined });
} catch (error) {
  trace(\`agent: \${error}\\n\`);
}
`;

let bench: StageBench;
let thread: string;

/** Writes the manifest of an application, and gives its path. */
function application(name: string, main: string): string {
  const manifest = path.join(bench.folder, `${name}.json`);
  const include = path.join(packageRoot, "manifest-mqtt.json");
  const config = { selfTest: "when-connected" };
  writeFileSync(manifest, JSON.stringify({ include, modules: { main }, config }));
  return manifest;
}

before(async () => {
  bench = await openStage();
  thread = application("thread", path.join(packageRoot, "examples/thread/main"));
});
after(() => bench.close());

test("an agent asked for HTTP refuses when it is made, and names the key", async () => {
  const { stage, folder } = bench;
  writeFileSync(path.join(folder, "asks.ts"), asksForHttp);
  const manifest = application("asks", path.join(folder, "asks"));
  stage.installDevice(stage.makeFirmware({ version: "0.9.0", manifest }));
  await stage.console.waitFor(/http is undefined/);
  await stage.console.waitFor(
    /config\.dataProtocols is \["HTTP"\], not a list of "MQTT"; this build has no HTTP/,
  );
  await stage.switchOff();
});

test("an update goes over MQTT", async () => {
  const { stage } = bench;
  stage.installDevice(stage.makeFirmware({ version: "1.0.0", manifest: thread }));
  await stage.console.waitFor(/runs 1\.0\.0/);
  const update = stage.makeFirmware({ version: "1.1.0", manifest: thread });
  const { status, details } = await outcomeOf(
    bench.stage,
    await stage.deploy(update, ["MQTT", "HTTP"]),
  );
  assert.equal(status, "SUCCEEDED", JSON.stringify(details));
  assert.equal(runningVersion(stage), "1.1.0");
});

test("a job that offers HTTP alone is refused, and says what the device takes", async () => {
  const { stage } = bench;
  const update = stage.makeFirmware({ version: "1.2.0", manifest: thread });
  const { status, details } = await outcomeOf(stage, await stage.deploy(update, ["HTTP"]));
  assert.equal(status, "REJECTED");
  assert.match(JSON.stringify(details), /the job offers HTTP, the device takes MQTT/);
});

test("a delta is refused, and the job says why", async () => {
  const { stage, folder } = bench;
  const [old, next] = ["1.1.0", "1.3.0"].map(version =>
    stage.makeFirmware({ version, manifest: thread }),
  );
  assert.ok(old !== undefined && next !== undefined);
  const delta = makeSignedDelta(old.bytes, next.bytes, path.join(folder, "vendor.key.pem"));
  const id = await stage.deploy(delta, ["MQTT"], DELTA_FILE_TYPE);
  const { status, details } = await outcomeOf(stage, id);
  assert.equal(status, "REJECTED");
  assert.match(details["detail"] ?? "", /^file-type-unsupported: deltas are not in this build$/);
  assert.equal(runningVersion(stage), "1.1.0");
});
