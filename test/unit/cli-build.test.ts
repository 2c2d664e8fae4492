// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { runCli, type CliRun } from "xs-ota/test/support/cli";
import { temporaryFolder } from "xs-ota/test/support/files";

/** Builds for a key that is not there: what is wrong with the application, or with an option, is told before. */
function build(folder: string, ...options: readonly string[]): Promise<CliRun> {
  const out = join(folder, "app.img");
  const key = join(folder, "none.pem");
  const manifest = "examples/thread/manifest.json";
  return runCli("build", manifest, "--key", key, "--out", out, ...options);
}

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
