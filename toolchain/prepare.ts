// SPDX-License-Identifier: MIT
import { spawnSync } from "node:child_process";
import {
  mkdtempSync,
  openSync,
  readSync,
  closeSync,
  rmSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { BuildError } from "./build-error.js";

export interface EmulatorFiles {
  /** What the emulator begins with instead of the bootloader. */
  readonly rom: string;
  readonly memory: string;
}

/** How a board's machine is prepared: its emulator runs the application, which writes to its flash as to memory. */
export interface Preparation {
  /** Where a body begins in the file that is the memory it runs from, bytes; and how long that file is. */
  readonly bodyOffset: number;
  readonly memorySize: number;
  /** The emulator, and its arguments for a run without a network. */
  readonly program: string;
  readonly arguments: (files: EmulatorFiles) => readonly string[];
}

/** Source: hosts/bare-metal/prepared.h, XsOtaPrepared. */
const HEADER_SIZE = 16;
const ALIGNMENT = 32;
const MAGIC = "XSP1";
/** More than a second or two means that a module waits for something that is not there. */
const TIME_LIMIT_MS = 60_000;

interface Run {
  /** What the emulator printed, and what was wrong with it if anything was. */
  readonly said: string;
  readonly problem: string;
}

function runEmulator(preparation: Preparation, files: EmulatorFiles): Run {
  const run = spawnSync(preparation.program, preparation.arguments(files), {
    encoding: "utf8",
    timeout: TIME_LIMIT_MS,
  });
  return {
    said: `${run.stdout}${run.stderr}`.replaceAll("\r", "").trim(),
    problem: run.error?.message ?? `status ${run.status ?? run.signal}`,
  };
}

/** `undefined` unless one was made: its first word is written last. */
function readPrepared(file: number, offset: number): Uint8Array | undefined {
  const header = Buffer.alloc(HEADER_SIZE);
  readSync(file, header, 0, HEADER_SIZE, offset);
  if (header.toString("latin1", 0, MAGIC.length) !== MAGIC) return undefined;
  const prepared = Buffer.alloc(header.readUInt32LE(8));
  readSync(file, prepared, 0, prepared.length, offset);
  return prepared;
}

/**
 * A body whose modules need no RAM: `body`, runtime and bundle, and after it the machine in which the modules of
 * "preload" have been evaluated. `rom` belongs to the runtime.
 * @throws BuildError when one of them throws, or needs what is not there when firmware is built.
 */
export function prepareBody(body: Uint8Array, rom: string, preparation: Preparation): Uint8Array {
  const folder = mkdtempSync(path.join(tmpdir(), "xs-ota-prepare-"));
  const memory = path.join(folder, "memory");
  const start = preparation.bodyOffset + body.length;
  const preparedOffset = Math.ceil(start / ALIGNMENT) * ALIGNMENT;
  const file = openSync(memory, "w+");
  try {
    truncateSync(memory, preparation.memorySize);
    writeSync(file, body, 0, body.length, preparation.bodyOffset);
    const { said, problem } = runEmulator(preparation, { rom, memory });
    const prepared = readPrepared(file, preparedOffset);
    if (prepared === undefined) {
      const message = `the modules of "preload" could not be evaluated (${problem}):\n${said}`;
      throw new BuildError(message);
    }
    const padding = Buffer.alloc(preparedOffset - start);
    return new Uint8Array(Buffer.concat([body, padding, prepared]));
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true });
  }
}
