// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { configFault, configOptions, configOptionsOf } from "xs-ota/agent/config";

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

test("what a build leaves out cannot be asked for, and is no default", () => {
  const options = configOptionsOf({ protocols: ["MQTT"], encodings: ["cbor"] });
  const fault = (key: string, value: unknown): string | undefined =>
    configFault(key, value, options);
  assert.deepEqual(options.dataProtocols.preset, ["MQTT"]);
  assert.equal(fault("dataProtocols", ["MQTT"]), undefined);
  assert.equal(
    fault("dataProtocols", ["HTTP", "MQTT"]),
    'is ["HTTP","MQTT"], not a list of "MQTT"; this build has no HTTP',
  );
  assert.equal(fault("streamEncoding", "json"), 'is "json", not "cbor"; this build has no json');
});
