// SPDX-License-Identifier: MIT
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { CliError, messageOf } from "./failure.js";

export interface DeviceProcessOptions {
  /** The program that is the machine. */
  readonly executable: string;
  /** The file that is its flash. */
  readonly flash: string;
  /** Each line of its console. */
  readonly onLine: (line: string) => void;
}

/** A device that runs as a process of its own. */
export interface DeviceProcess {
  /** Cuts its power. Resolves when it is gone; harmless when it is gone already. */
  stop(): Promise<void>;
  /**
   * Resolves when it ends by itself or was stopped.
   * @throws CliError "tool" when it could not be started.
   */
  readonly ended: Promise<number | null>;
}

/** Starts a device on a flash file. */
export function startDevice({ executable, flash, onLine }: DeviceProcessOptions): DeviceProcess {
  const child = spawn(executable, ["--flash", flash], { stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", onLine);
  }
  const ended = once(child, "close").then(
    ([code]) => code as number | null,
    (error: unknown) => {
      throw new CliError("tool", `${executable} does not run: ${messageOf(error)}`);
    },
  );
  return {
    ended,
    async stop() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
