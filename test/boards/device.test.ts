// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { packageRoot } from "xs-ota/cli/boards";
import { CliProcess } from "xs-ota/test/support/cli";
import { temporaryFolder } from "xs-ota/test/support/files";
import { board } from "./bench.js";

/** Processes of this machine that have a text in their command line. Source: proc(5). */
const processesWith = (text: string): readonly string[] =>
  readdirSync("/proc").filter(name => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, "utf8").includes(text);
    } catch {
      return false; // it has ended meanwhile
    }
  });

test(`${board}: xs-ota device makes a flash and shows the console until Ctrl-C, which leaves nothing but the flash`, async t => {
  const folder = temporaryFolder(t);
  const flash = path.join(folder, "devices/lamp.flash");
  const run = (...args: string[]): CliProcess => new CliProcess([...args, "--json"], folder);
  const runDevice = async (...args: string[]): Promise<void> => {
    const device = run("device", "--board", board, "--thing", "lamp", "--flash", flash, ...args);
    for (let line = ""; !line.startsWith("hello 1.0.0");) {
      line = ((await device.nextValue()) as { readonly console: string }).console;
    }
    assert.equal(processesWith(flash).length, 2, "the command and the emulator");
    device.interrupt();
    assert.equal((await device.end()).code, 130);
    assert.deepEqual(processesWith(flash), []);
    assert.deepEqual(readdirSync(path.dirname(flash)), [path.basename(flash)]);
  };

  assert.equal((await run("keys").end()).code, 0);
  const manifest = path.join(packageRoot, "examples/hello/manifest.json");
  const key = ["--key", "keys/code-signing.key.pem"];
  const built = await run("build", manifest, ...key, "--board", board, "--out", "app.img").end();
  assert.equal(built.code, 0, built.error);
  const identity = ["--cert", "keys/code-signing.cert.pem", "--plain-mqtt", "127.0.0.1:1"];
  await runDevice("--image", "app.img", ...identity);
  await runDevice();
});
