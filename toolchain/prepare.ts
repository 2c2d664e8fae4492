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

/** How a board's machine is prepared: its emulator runs the application, which writes to the flash as to memory. */
export interface Preparation {
  /** What the emulator begins with instead of the bootloader, as `make` leaves it. */
  readonly rom: string;
  /** Where a body begins in the file that is the flash, bytes; and how long that file is. */
  readonly bodyOffset: number;
  readonly flashFileSize: number;
  /** The emulator, and its arguments for a run without a network. */
  readonly program: string;
  readonly arguments: (files: {
    readonly rom: string;
    readonly flash: string;
  }) => readonly string[];
}

/** Source: hosts/bare-metal/prepared.h, XsOtaPrepared. */
const HEADER_SIZE = 16;
const ALIGNMENT = 32;
const MAGIC = "XSP1";
/** More than a second or two means that a module waits for something that is not there. */
const TIME_LIMIT_MS = 60_000;

function runEmulator(preparation: Preparation, flash: string): void {
  const { program, rom } = preparation;
  const run = spawnSync(program, preparation.arguments({ rom, flash }), {
    encoding: "utf8",
    timeout: TIME_LIMIT_MS,
  });
  if (run.status === 0) return;
  const reason = run.error?.message ?? `status ${run.status ?? run.signal}`;
  const said = `${run.stdout}${run.stderr}`.replaceAll("\r", "").trim();
  throw new BuildError(`the modules of "preload" could not be evaluated (${reason}):\n${said}`);
}

function readPrepared(file: number, offset: number): Uint8Array {
  const header = Buffer.alloc(HEADER_SIZE);
  readSync(file, header, 0, HEADER_SIZE, offset);
  if (header.toString("latin1", 0, MAGIC.length) !== MAGIC) {
    throw new BuildError("the emulator ended without a prepared machine");
  }
  const prepared = Buffer.alloc(header.readUInt32LE(8));
  readSync(file, prepared, 0, prepared.length, offset);
  return prepared;
}

/**
 * A body whose modules need no RAM: `body`, runtime and bundle, and after it the machine in which the modules of
 * "preload" have been evaluated.
 * @throws BuildError when one of them throws, or needs what is not there when firmware is built.
 */
export function prepareBody(body: Uint8Array, preparation: Preparation): Uint8Array {
  const folder = mkdtempSync(path.join(tmpdir(), "xs-ota-prepare-"));
  const flash = path.join(folder, "flash");
  const start = preparation.bodyOffset + body.length;
  const preparedOffset = Math.ceil(start / ALIGNMENT) * ALIGNMENT;
  const file = openSync(flash, "w+");
  try {
    truncateSync(flash, preparation.flashFileSize);
    writeSync(file, body, 0, body.length, preparation.bodyOffset);
    runEmulator(preparation, flash);
    const padding = Buffer.alloc(preparedOffset - start);
    return new Uint8Array(Buffer.concat([body, padding, readPrepared(file, preparedOffset)]));
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true });
  }
}
