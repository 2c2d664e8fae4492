// SPDX-License-Identifier: MIT
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { CliError, messageOf } from "./failure.js";

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT";

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
