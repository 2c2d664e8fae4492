// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { PassThrough } from "node:stream";
import { test, type TestContext } from "node:test";
import { needBuilt } from "xs-ota/cli/board-build";
import { Output } from "xs-ota/cli/output";
import { makeProject } from "xs-ota/test/support/project";

const lamp = {
  flashMap: "flash.json",
  executable: "build/lamp",
  bootloader: "build/bootloader",
  makeTarget: "lamp",
};

const session = () => {
  const quiet = new PassThrough().resume();
  const output = new Output({ out: quiet, error: quiet });
  return { output, signal: new AbortController().signal };
};

/** A package whose board is built by these lines, which are counted. */
const makePackage = (t: TestContext, ...lines: readonly string[]): string =>
  makeProject(t, { Makefile: ["lamp:", ...lines, "@echo made >> count", ""].join("\n\t") });

test("a board that is not built is built, and one that is is left alone", async t => {
  const root = makePackage(t, "@mkdir -p build", "@touch build/lamp build/bootloader");
  await needBuilt(lamp, session(), root);
  await needBuilt(lamp, session(), root);
  assert.equal(readFileSync(path.join(root, "count"), "utf8"), "made\n");
});

test("a board whose build fails is refused with the command that failed", async t => {
  const root = makePackage(t, "@exit 3");
  await assert.rejects(needBuilt(lamp, session(), root), {
    kind: "tool",
    message: "make lamp ended with 2",
  });
});

test("where there is nothing to build a board from, the remedy says where there is", async t => {
  const root = makeProject(t, {});
  await assert.rejects(needBuilt(lamp, session(), root), {
    kind: "tool",
    message: /build\/lamp is not built/,
    remedy: /clone/,
  });
});

test("on Windows a board is built by nmake, from the file that it has for it", async t => {
  const root = makePackage(t, "@false");
  await assert.rejects(needBuilt({ ...lamp, nmakefile: "lamp.mak" }, session(), root, "win32"), {
    kind: "tool",
    message: /^nmake /,
    remedy: /Visual Studio/,
  });
});

test("Ctrl-C ends the build", async t => {
  const root = makePackage(t, "@exec sleep 1000");
  const interrupt = new AbortController();
  const building = needBuilt(lamp, { ...session(), signal: interrupt.signal }, root);
  interrupt.abort();
  await assert.rejects(building);
});
