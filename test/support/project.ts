// SPDX-License-Identifier: MIT
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import { temporaryFolder } from "xs-ota/test/support/files";

/** A folder of files that goes with the test. @returns its path. */
export function makeProject(t: TestContext, files: Readonly<Record<string, unknown>>): string {
  const folder = temporaryFolder(t);
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(
      file,
      typeof content === "string" ? content : JSON.stringify(content, undefined, 1),
    );
  }
  return folder;
}
