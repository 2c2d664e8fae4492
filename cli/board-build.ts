// SPDX-License-Identifier: MIT
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { packageRoot, type Board } from "./boards.js";
import { CliError } from "./failure.js";
import type { Session } from "./session.js";
import { exitOf } from "./tool.js";

/** The first file of a board's that is not built; `undefined` when all are. */
const missingFile = ({ executable, bootloader }: Board, root: string): string | undefined =>
  [executable, bootloader]
    .filter(file => file !== undefined)
    .map(file => join(root, file))
    .find(path => !existsSync(path));

/**
 * Builds a board by `make`, unless it is built. What make says goes to standard error.
 * @throws CliError "tool" when that fails, or where there is nothing to build it from.
 */
export async function needBuilt(
  board: Board,
  { output, signal }: Pick<Session, "output" | "signal">,
  root = packageRoot,
): Promise<void> {
  const missing = missingFile(board, root);
  if (missing === undefined) return;
  const { makeTarget } = board;
  if (!existsSync(join(root, "Makefile"))) {
    const remedy = "Boards are built in a clone of xs-ota's repository: run it there.";
    throw new CliError("tool", `${missing} is not built`, remedy);
  }
  output.note(`${missing} is not built yet: make ${makeTarget} …`);
  const make = spawn("make", ["--no-print-directory", makeTarget], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    signal,
  });
  const status = await exitOf(make, "make", "Install it: apt-get install make.");
  if (status === 0) return;
  throw new CliError("tool", `make ${makeTarget} ended with ${status}`, "What it said is above.");
}
