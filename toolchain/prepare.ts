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
import { BuildError, MissingToolError } from "./build-error.js";

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

function runEmulator({ program, arguments: argumentsFor }: Preparation, files: EmulatorFiles): Run {
  const run = spawnSync(program, argumentsFor(files), { encoding: "utf8", timeout: TIME_LIMIT_MS });
  if ((run.error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") {
    throw new MissingToolError(
      `${program} is not installed, and images are prepared by it; make deps-boards installs it on Debian`,
    );
  }
  return {
    said: `${run.stdout}${run.stderr}`.replaceAll("\r", "").trim(),
    problem: run.error?.message ?? `status ${run.status ?? run.signal}`,
  };
}

function read(file: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  readSync(file, bytes, 0, length, offset);
  return bytes;
}

/** Bytes of what was made; `undefined` unless it was: its first word is written last. */
function preparedSize(file: number, offset: number): number | undefined {
  const header = read(file, offset, HEADER_SIZE);
  return header.toString("latin1", 0, MAGIC.length) === MAGIC ? header.readUInt32LE(8) : undefined;
}

/** What is to be prepared. */
export interface Unprepared {
  /** Runtime and bundle. */
  readonly body: Uint8Array;
  /** Bytes of the bundle, at the end of the body. */
  readonly bundleSize: number;
  /** Of the runtime. */
  readonly rom: string;
}

/**
 * A body whose modules need no RAM: runtime, bundle, and the machine in which the modules of "preload" have been
 * evaluated, and without which they are not in the bundle any more.
 * @throws BuildError when one of them throws, or needs what is not there when firmware is built.
 * @throws MissingToolError without the emulator.
 */
export function prepareBody(
  { body, bundleSize, rom }: Unprepared,
  preparation: Preparation,
): Uint8Array {
  const folder = mkdtempSync(path.join(tmpdir(), "xs-ota-prepare-"));
  const memory = path.join(folder, "memory");
  const { bodyOffset } = preparation;
  const bundle = bodyOffset + body.length - bundleSize;
  const file = openSync(memory, "w+");
  try {
    truncateSync(memory, preparation.memorySize);
    writeSync(file, body, 0, body.length, bodyOffset);
    const { said, problem } = runEmulator(preparation, { rom, memory });
    const end = bundle + read(file, bundle - 4, 4).readUInt32LE();
    const preparedOffset = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
    const size = preparedSize(file, preparedOffset);
    if (size === undefined) {
      const message = `the modules of "preload" could not be evaluated (${problem}):\n${said}`;
      throw new BuildError(message);
    }
    return new Uint8Array(read(file, bodyOffset, preparedOffset + size - bodyOffset));
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true });
  }
}
