// SPDX-License-Identifier: MIT
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(import.meta.resolve("xs-ota/cli/main"));

/** How a run of `xs-ota` ended. */
export interface CliRun {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
  /** The lines of `out`, parsed: what `--json` prints. */
  readonly values: readonly unknown[];
}

/** Runs `xs-ota` as a process of its own, until it ends. */
export async function runCli(...args: readonly string[]): Promise<CliRun> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let error = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (error += text));
  const [code] = (await once(child, "close")) as [number | null];
  return {
    code,
    out,
    error,
    get values() {
      return out
        .trimEnd()
        .split("\n")
        .map(line => JSON.parse(line) as unknown);
    },
  };
}
