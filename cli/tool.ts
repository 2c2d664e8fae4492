// SPDX-License-Identifier: MIT
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { delimiter, join, sep } from "node:path";
import { CliError, messageOf } from "./failure.js";

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT";

function isInstalled(program: string): boolean {
  if (program.includes(sep)) return existsSync(program);
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.some(folder => existsSync(join(folder, program)));
}

/**
 * The command line by which a program ends with this process, even when nothing but the kernel can end it.
 * Without util-linux it is the program's own. Source: setpriv(1), prctl(2) PR_SET_PDEATHSIG.
 */
export function endingWithUs(
  program: string,
  args: readonly string[],
): readonly [program: string, args: readonly string[]] {
  // a program that is not there is to be missed by its own name
  if (!isInstalled("setpriv") || !isInstalled(program)) return [program, args];
  return ["setpriv", ["--pdeathsig", "KILL", "--", program, ...args]];
}

/**
 * Waits until a program that was spawned has ended.
 * @returns its exit status; `null` when a signal ended it.
 * @throws CliError "tool", with `remedy`, when it could not be started.
 */
export async function exitOf(
  child: ChildProcess,
  program: string,
  remedy?: string,
): Promise<number | null> {
  try {
    const [code] = (await once(child, "close")) as [number | null];
    return code;
  } catch (error) {
    const why = isMissing(error) ? "is not installed" : `does not run: ${messageOf(error)}`;
    throw new CliError("tool", `${program} ${why}`, remedy, { cause: error });
  }
}
