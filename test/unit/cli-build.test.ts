// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createCodeSigningPair } from "xs-ota/cli/signing";
import { runCli, type CliRun } from "xs-ota/test/support/cli";
import { temporaryFolder } from "xs-ota/test/support/files";

const { privateKey } = await createCodeSigningPair("ecdsa-p256", "vendor", 1);
const application = "examples/thread/manifest.json";

function build(folder: string, ...options: readonly string[]): Promise<CliRun> {
  const out = join(folder, "app.img");
  const key = join(folder, "key.pem");
  writeFileSync(key, privateKey);
  return runCli("build", application, "--key", key, "--out", out, ...options);
}

test("a key that is not there, or is none, is told before anything is compiled", async t => {
  const folder = temporaryFolder(t);
  const broken = ["--set", 'agent={"statusFrequency":0}']; // what compiling would tell
  const none = await build(folder, ...broken, "--key", join(folder, "none.pem"));
  assert.deepEqual([none.code, /the key .*no such file/.test(none.error)], [3, true], none.error);
  const other = await build(folder, ...broken, "--key", application);
  assert.deepEqual([other.code, /the key .*cannot be used/.test(other.error)], [3, true]);
});

test("a setting of the command line goes over the manifest's config", async t => {
  const { code, error } = await build(temporaryFolder(t), "--set", 'agent={"statusFrequency":0}');
  assert.equal(code, 3);
  assert.match(error, /"agent\.statusFrequency" is 0, not 1\.\.65536/);
});

test("a setting without a value is refused", async t => {
  const { code, error } = await build(temporaryFolder(t), "--set", "color");
  assert.equal(code, 2);
  assert.match(error, /--set.*name=value/);
});
