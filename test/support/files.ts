// SPDX-License-Identifier: MIT
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** A folder, and what removes it. */
export interface TemporaryFolder {
  readonly folder: string;
  readonly remove: () => void;
}

/** A folder that the caller removes. */
export function makeTemporaryFolder(): TemporaryFolder {
  const folder = mkdtempSync(join(tmpdir(), "xs-ota-"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A folder that is gone after the test. */
export function temporaryFolder(t: TestContext): string {
  const { folder, remove } = makeTemporaryFolder();
  t.after(remove);
  return folder;
}
