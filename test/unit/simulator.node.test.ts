// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { readFlashMap, writeFlashMap } from "xs-ota/toolchain/flash-map";

test("the simulator's flash map in C, which mcconfig compiles as it is, is that of flash.json", t => {
  const folder = mkdtempSync(path.join(tmpdir(), "xs-ota-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const made = path.join(folder, "partitions.c");
  writeFlashMap(readFlashMap("hosts/simulator/flash.json"), made);
  assert.equal(readFileSync("hosts/simulator/partitions.c", "utf8"), readFileSync(made, "utf8"));
});
