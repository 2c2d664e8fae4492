// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { packageRoot } from "xs-ota/cli/boards";
import { buildFirmware } from "xs-ota/cli/firmware";
import { makeProject } from "xs-ota/test/support/project";
import { board } from "./bench.js";

/** Builds an application one of whose modules, `source`, is evaluated when the image is built. */
function buildWithEarly(t: TestContext, source: string): Uint8Array {
  const folder = makeProject(t, {
    "manifest.json": {
      include: path.join(packageRoot, "manifest.json"),
      modules: { "*": ["./main", "./early"] },
      preload: ["early"],
    },
    "main.js": `import { kept } from "early"; trace(typeof kept, "\\n");`,
    "early.js": source,
  });
  return buildFirmware({
    manifest: path.join(folder, "manifest.json"),
    platform: board,
    version: "1.0.0",
    config: {},
    out: path.join(folder, "1.0.0.img"),
  });
}

const digest = `import { crypto } from "xs-ota/common/crypto"; const digest = crypto.sha256();`;

test(`${board}: a module of "preload" may use an object of C's while it is evaluated`, t => {
  buildWithEarly(t, `${digest} export const kept = digest.digest();`);
});

test(`${board}: a module of "preload" that keeps an object of C's is refused: the image would point into RAM`, t => {
  assert.throws(
    () => buildWithEarly(t, `${digest} export const kept = digest;`),
    /"preload" could not be evaluated.*\n# a module keeps an object of C's/,
  );
});

test(`${board}: a module of "preload" that throws is refused, with what it threw`, t => {
  assert.throws(
    () => buildWithEarly(t, `export const kept = 1; throw new Error("too early");`),
    /"preload" could not be evaluated.*\n.*too early/s,
  );
});
