// SPDX-License-Identifier: MIT
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { BoardName } from "xs-ota/cli/boards";
import { buildBundle } from "xs-ota/toolchain/bundle";
import { manifestOf } from "./board-run.js";

/** What is in a linked bundle; sizes in bytes. */
export interface LinkedBundle {
  readonly total: number;
  /** Texts of the names of properties and variables. */
  readonly names: number;
  /** Bytecode by module specifier. */
  readonly code: ReadonlyMap<string, Buffer>;
}

/** Source: docs/flash-format.md, "Bytecode bundle". */
function readLinkedBundle(bundle: Buffer): LinkedBundle {
  let offset = 24;
  for (let count = bundle.readUInt32LE(16); count > 0; count--) {
    offset = bundle.indexOf(0, offset) + 1;
  }
  const names = offset - 24;
  const code = new Map<string, Buffer>();
  while (offset < bundle.length) {
    const nameSize = bundle.readUInt32LE(offset);
    const codeSize = bundle.readUInt32LE(offset + 8);
    const start = offset + 12 + nameSize;
    const name = bundle.toString("utf8", offset + 12, start - 1);
    code.set(name, bundle.subarray(start, start + codeSize));
    offset = start + codeSize;
  }
  return { total: bundle.length, names, code };
}

/** The bundle of a folder of bench/, before a machine is prepared from it. */
export function linkBundle(board: BoardName, application: string): LinkedBundle {
  const folder = mkdtempSync(path.join(tmpdir(), "xs-ota-bench-"));
  try {
    const out = path.join(folder, "bundle");
    buildBundle({ manifest: manifestOf(application), platform: board, linked: true, out });
    return readLinkedBundle(readFileSync(out));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
