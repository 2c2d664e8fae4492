// SPDX-License-Identifier: MIT
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/*
 * Holds docs/parity.md against the tests: no row may have an empty cell, and the test that it names must exist.
 */

const DOCUMENT = "docs/parity.md";

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
    .filter(name => name.endsWith(".test.ts"))
    .map(name => readFileSync(join(folder, name), "utf8"))
    .join("\n");
}

function faultsOf({ line, cells }: Row, tests: string): readonly string[] {
  const where = `${DOCUMENT}:${line}`;
  if (cells.length !== 3) return [`${where}: ${cells.length} cells, not 3`];
  if (cells.some(cell => cell === "")) return [`${where}: an empty cell`];
  const last = cells[2] ?? "";
  if (last.startsWith("–")) return [];
  const names = [...last.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? "");
  if (names.length === 0) return [`${where}: names no test`];
  return names.filter(name => !tests.includes(name)).map(name => `${where}: no test "${name}"`);
}

const rows = readRows(readFileSync(DOCUMENT, "utf8"));
const tests = readTests("test");
const faults = rows.flatMap(row => faultsOf(row, tests));
for (const fault of faults) console.error(fault);
console.log(`parity: ${rows.length} rows, ${faults.length} faults`);
process.exitCode = faults.length === 0 && rows.length > 0 ? 0 : 1;
