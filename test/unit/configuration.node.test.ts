// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { configOptions } from "xs-ota/agent/config";

/** Rows of docs/configuration.md: key, default and range. */
function documented(): readonly (readonly [string, string, string])[] {
  const text = readFileSync(new URL("../../../../docs/configuration.md", import.meta.url), "utf8");
  const rows = text.matchAll(/^\| `(\w+)` +\| `([^`]+)` +\| ([^|]+?) +\|/gm);
  return [...rows].map(([, key = "", preset = "", range = ""]) => [key, preset, range] as const);
}

test("the documented options are those that there are, with their defaults and ranges", () => {
  const actual = Object.entries(configOptions).map(
    ([key, { preset, range }]) => [key, JSON.stringify(preset), range] as const,
  );
  assert.ok(actual.length > 0);
  assert.deepEqual(documented(), actual);
});
