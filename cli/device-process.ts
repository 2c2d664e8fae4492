// SPDX-License-Identifier: MIT
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { packageRoot } from "./boards.js";
import type { Board, Emulator } from "./boards.js";
import { openGateway, type Gateway } from "./gateway/gateway.js";
import { endingWithUs, exitOf } from "./tool.js";

export interface DeviceProcessOptions {
  readonly board: Board;
  /** The file that is its flash. */
  readonly flash: string;
  /** For an emulator, beside its own: a test's chip that is write-protected. */
  readonly emulatorArguments?: readonly string[];
  /** What an emulator's byte channel leads to; a gateway of its own unless told: a test's may lie. */
  readonly gateway?: Gateway;
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
export function startDevice(options: DeviceProcessOptions): DeviceProcess {
  const stopped = new AbortController();
  const { emulator } = options.board;
  const ended =
    emulator === undefined
      ? run(executableOf(options), ["--flash", options.flash], options, stopped.signal)
      : emulate(emulator, options, stopped.signal);
  return {
    ended,
    async stop() {
      stopped.abort();
      await ended.catch(() => undefined);
    },
  };
}

const installEmulators = "`make deps-boards` installs the emulators on Debian.";

const executableOf = ({ board }: DeviceProcessOptions): string =>
  join(packageRoot, board.executable);

async function run(
  program: string,
  args: readonly string[],
  { board, onLine }: DeviceProcessOptions,
  stopped: AbortSignal,
): Promise<number | null> {
  const child = spawn(...endingWithUs(program, args), { stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", onLine);
  }
  const kill = (): unknown => child.kill("SIGKILL");
  stopped.addEventListener("abort", kill);
  if (stopped.aborted) kill();
  return exitOf(child, program, board.emulator && installEmulators);
}

/** What the board ended with; `undefined` after a reset. */
const lastStatus = ({ switchedOff }: Emulator, status: number | null): number | null | undefined =>
  switchedOff === undefined ? status : switchedOff(status);

/** Runs a board under its emulator, and a gateway beside it. */
async function emulate(
  emulator: Emulator,
  options: DeviceProcessOptions,
  stopped: AbortSignal,
): Promise<number | null> {
  const { flash } = options;
  const memory = `${flash}.memory`;
  rmSync(memory, { force: true });
  if (statSync(flash).size < emulator.flashFileSize) truncateSync(flash, emulator.flashFileSize);
  const gateway = options.gateway ?? (await openGateway(emulator.wire));
  const ownArguments = emulator.arguments({
    executable: executableOf(options),
    flash,
    memory,
    channelPort: gateway.port,
    entropy: [...new BigUint64Array(4)].map(() => randomBytes(8).readBigUInt64LE()),
  });
  const args = [...ownArguments, ...(options.emulatorArguments ?? [])];
  try {
    for (;;) {
      const status = await run(emulator.program, args, options, stopped);
      const last = lastStatus(emulator, status);
      if (last !== undefined || stopped.aborted) return last ?? status;
    }
  } finally {
    gateway.close();
    rmSync(memory, { force: true });
  }
}
