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

/** The command line that builds a board on this system, and what to do where its program is missing. */
function builderOf(
  { makeTarget, nmakefile }: Board,
  system: NodeJS.Platform,
): readonly [string[], string] {
  if (system === "win32" && nmakefile !== undefined) {
    const remedy = "It is in the x86 Native Tools Command Prompt of Visual Studio.";
    return [["nmake", "/nologo", "/f", nmakefile], remedy];
  }
  return [["make", "--no-print-directory", makeTarget], "Install it: apt-get install make."];
}

/**
 * Builds a board by `make`, on Windows by `nmake`, unless it is built. What it says goes to standard error.
 * @throws CliError "tool" when that fails, or where there is nothing to build it from.
 */
export async function needBuilt(
  board: Board,
  { output, signal }: Pick<Session, "output" | "signal">,
  root = packageRoot,
  system = process.platform,
): Promise<void> {
  const missing = missingFile(board, root);
  if (missing === undefined) return;
  if (!existsSync(join(root, "Makefile"))) {
    const remedy = "Boards are built in a clone of xs-ota's repository: run it there.";
    throw new CliError("tool", `${missing} is not built`, remedy);
  }
  const [[program = "", ...args], remedy] = builderOf(board, system);
  const command = [program, args.at(-1)].join(" ");
  output.note(`${missing} is not built yet: ${command} …`);
  const make = spawn(program, args, { cwd: root, stdio: ["ignore", 2, 2], signal });
  const status = await exitOf(make, program, remedy);
  if (status === 0) return;
  throw new CliError("tool", `${command} ended with ${status}`, "What it said is above.");
}
