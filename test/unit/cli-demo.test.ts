// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { packageRoot } from "xs-ota/cli/boards";
import { runDemo } from "xs-ota/cli/demo/demo";
import { Output } from "xs-ota/cli/output";

const quiet = new PassThrough().resume();

// what the stage has opened by then would keep this process from its end
test("a demo that ends before its stage is open leaves no folder and no cloud behind", async () => {
  const build = path.join(packageRoot, "build");
  mkdirSync(build, { recursive: true });
  const folders = (): string[] => readdirSync(build).filter(name => name.startsWith("demo-"));
  const before = folders();
  const output = new Output({ out: quiet, error: quiet });
  await assert.rejects(runDemo("linux", output, AbortSignal.abort()), { name: "AbortError" });
  assert.deepEqual(folders(), before);
});
