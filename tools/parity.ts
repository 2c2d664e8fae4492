// SPDX-License-Identifier: MIT
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/*
 * Holds the documents that make promises against the tests: no row of their tables may have an empty cell, and the tests that it
 * names, or their files, must exist.
 */

const documents = ["docs/parity.md", "SECURITY.md"];

/** A row of a table, and its line in the document. */
interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

function readRows(text: string): readonly Row[] {
  return text
    .split("\n")
    .map((line, index) => ({ line: index + 1, text: line }))
    .filter(({ text: line }) => line.startsWith("|") && !/^\|[ -]*-{3}/.test(line))
    .map(({ line, text: row }) => ({
      line,
      cells: row
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map(cell => cell.trim()),
    }))
    .filter(({ cells }) => cells.at(-1) !== "test");
}

/** The sources of all tests, with line breaks and quotes of concatenated names taken out. */
function readTests(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter(name => name.endsWith(".ts"))
    .map(name => readFileSync(join(folder, name), "utf8"))
    .join("\n");
}

function faultsOf(document: string, { line, cells }: Row, tests: string): readonly string[] {
  const where = `${document}:${line}`;
  if (cells.length !== 3) return [`${where}: ${cells.length} cells, not 3`];
  if (cells.some(cell => cell === "")) return [`${where}: an empty cell`];
  const last = cells[2] ?? "";
  if (last.startsWith("–")) return [];
  const names = [...last.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? "");
  if (names.length === 0) return [`${where}: names no test`];
  const isThere = (name: string): boolean =>
    [`"${name}`, `\`${name}`].some(title => tests.includes(title)) || existsSync(name);
  return names.filter(name => !isThere(name)).map(name => `${where}: no test "${name}"`);
}

const tests = readTests("test");
for (const document of documents) {
  const rows = readRows(readFileSync(document, "utf8"));
  const faults = rows.flatMap(row => faultsOf(document, row, tests));
  for (const fault of faults) console.error(fault);
  console.log(`${document}: ${rows.length} rows, ${faults.length} faults`);
  if (faults.length > 0 || rows.length === 0) process.exitCode = 1;
}
