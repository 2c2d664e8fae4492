// SPDX-License-Identifier: MIT
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { CliError, messageOf } from "./failure.js";

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT";

const isThere = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "EEXIST";

/**
 * Reads a file that the user named.
 * @param what what the file is, for the message: "the image".
 * @throws CliError "input", with `remedy`.
 */
export function readInput(path: string, what: string, remedy?: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const why = isMissing(error) ? "there is no such file" : messageOf(error);
    throw new CliError("input", `${what} ${path}: ${why}`, remedy, { cause: error });
  }
}

/** The text in a file that the user named. @throws CliError "input", with `remedy`. */
export function readText(path: string, what: string, remedy?: string): string {
  return new TextDecoder().decode(readInput(path, what, remedy));
}

const OTHER_PLACE = "Give another place for it.";

/** A file to be written; `mode` as chmod has it. */
export interface NewFile {
  readonly path: string;
  readonly content: string | Uint8Array;
  readonly mode?: number;
}

/** Makes a folder that the user named, with those it is in. @throws CliError "input" when it cannot be made. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new CliError("input", `the folder ${path}: ${messageOf(error)}`, OTHER_PLACE);
  }
}

/**
 * Writes all of the files or none, and never over one that is there; makes their folders.
 * @throws CliError "input", with `remedy` when one is there.
 */
export function createFiles(
  files: readonly NewFile[],
  remedy = "Give another --name or --out, or move the old one away.",
): void {
  const written: string[] = [];
  files.forEach(({ path }) => makeFolder(dirname(path)));
  try {
    for (const { path, content, mode } of files) {
      writeFileSync(path, content, { flag: "wx", mode: mode ?? 0o644 });
      written.push(path);
    }
  } catch (error) {
    for (const path of written) rmSync(path, { force: true });
    throw notWritten(files[written.length]?.path ?? "", error, remedy);
  }
}

function notWritten(path: string, error: unknown, remedy: string): CliError {
  if (!isThere(error)) return new CliError("input", `${path}: ${messageOf(error)}`, OTHER_PLACE);
  return new CliError("input", `${path} exists already, and nothing was written`, remedy);
}

/**
 * Writes a file, for the user alone unless told; one that is there stays as it is until the new one is whole; makes its folder.
 * @throws CliError "input" when it cannot be written.
 */
export function replaceFile({ path, content, mode = 0o600 }: NewFile): void {
  const draft = `${path}.${process.pid}`;
  makeFolder(dirname(path));
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === false)
      throw new Error("what is there is no file");
    writeFileSync(draft, content, { mode });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw notWritten(path, error, OTHER_PLACE);
  }
}

/**
 * The JSON in a file that the user named.
 * @throws CliError "input", with the parser's own words.
 */
export function readJson(path: string, what: string, remedy?: string): unknown {
  const text = readText(path, what, remedy);
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = messageOf(error).replaceAll("\n", " "); // it quotes the text
    throw new CliError("input", `${what} ${path}: ${why}`, "Correct the JSON in it.");
  }
}
