// SPDX-License-Identifier: MIT
import { relative } from "node:path";
import { beforeEach } from "node:test";
import { fileURLToPath } from "node:url";
import { isDeep } from "./deep.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** The command that runs one test of a compiled file alone, as deep as this run. @param url the file's import.meta.url */
export function rerunCommand(name: string, url: string): string {
  const pattern = name.replace(/[^\w ,:-]/g, ".");
  const depth = isDeep ? "DEEP=1 " : "";
  return `${depth}node --test --test-name-pattern="^${pattern}$" ${relative(root, fileURLToPath(url))}`;
}

/** {@link rerunCommand} of whichever test is under way; to be called outside the tests. */
export function rerunCommands(url: string): () => string {
  let name = "";
  beforeEach(t => {
    ({ name } = t);
  });
  return () => rerunCommand(name, url);
}
