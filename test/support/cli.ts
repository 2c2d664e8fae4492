// SPDX-License-Identifier: MIT
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
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

/** `xs-ota` as a process of its own, while it runs. */
export class CliProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #closed: Promise<unknown[]>;
  #out = "";
  #error = "";

  constructor(args: readonly string[], folder: string) {
    const child = spawn(process.execPath, [main, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      cwd: folder,
    });
    this.#child = child;
    this.#closed = once(child, "close");
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.#error += text));
    child.stdout.setEncoding("utf8").on("data", (text: string) => (this.#out += text));
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** The next line that it prints, parsed. @throws Error when it ends before. */
  async nextValue(): Promise<unknown> {
    const { done, value } = (await this.#lines.next()) as IteratorResult<string, undefined>;
    if (done === true) throw new Error(`xs-ota ended: ${this.#error}`);
    return JSON.parse(value);
  }

  /** Presses Ctrl-C. */
  interrupt(): void {
    this.#child.kill("SIGINT");
  }

  /** Waits until it ends. */
  async end(): Promise<CliRun> {
    const [code] = (await this.#closed) as [number | null];
    const [out, error] = [this.#out, this.#error];
    return {
      code,
      out,
      error,
      get values() {
        const lines = out.trimEnd().split("\n");
        return lines.map(line => JSON.parse(line) as unknown);
      },
    };
  }
}

/** Runs `xs-ota` until it ends. */
export function runCli(...args: readonly string[]): Promise<CliRun> {
  return new CliProcess(args, process.cwd()).end();
}
