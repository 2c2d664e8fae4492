// SPDX-License-Identifier: MIT
import { CliError, exitCodes, messageOf } from "./failure.js";

/** How a command speaks: to a person, or with `--json` one JSON value a line. */
export interface OutputMode {
  readonly json: boolean;
  /** Shows stack traces. */
  readonly debug: boolean;
}

/** Where a command writes to; the process's own streams unless a test gives others. */
export interface OutputStreams {
  readonly out: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly rows?: number };
  readonly error: NodeJS.WritableStream;
}

/** What all commands print through, so that none writes text among JSON. */
export class Output {
  readonly #streams: OutputStreams;
  #mode: OutputMode = { json: false, debug: false };
  /** While progress bars are drawn, what writes a line above them. */
  #writeAbove: ((line: string) => void) | undefined;

  constructor(streams: OutputStreams = { out: process.stdout, error: process.stderr }) {
    this.#streams = streams;
  }

  /** Sets the mode once the command line is known. */
  configure(mode: OutputMode): void {
    this.#mode = mode;
  }

  get json(): boolean {
    return this.#mode.json;
  }

  /** Whether a person looks at it as it happens: progress bars make sense. */
  get live(): boolean {
    return this.#streams.out.isTTY === true && !this.json;
  }

  /** Lines that the terminal has. */
  get rows(): number {
    return this.#streams.out.rows ?? 24;
  }

  get stream(): NodeJS.WritableStream {
    return this.#streams.out;
  }

  /** Lines go through `write` from now on, because something is drawn below them; or no longer, without it. */
  writeAbove(write: ((line: string) => void) | undefined): void {
    this.#writeAbove = write;
  }

  /** The result of a command: `text` for a person, `value` for a program. */
  result(value: object, text: string): void {
    this.#write(this.json ? JSON.stringify(value) : text);
  }

  /** Something worth knowing on the way; nothing with `--json`. */
  note(text: string): void {
    if (!this.json) this.#write(text);
  }

  #write(line: string): void {
    if (this.#writeAbove === undefined) this.#streams.out.write(`${line}\n`);
    else this.#writeAbove(`${line}\n`);
  }

  /** Tells what went wrong. @returns the exit code. */
  fail(error: unknown): number {
    const { kind, message, remedy } = error instanceof CliError ? error : defect(error);
    const text = this.json
      ? JSON.stringify({ error: { kind, message, remedy } })
      : ["error: " + message, remedy].filter(line => line !== undefined).join("\n  ");
    this.#streams.error.write(`${text}\n`);
    if (this.#mode.debug && error instanceof Error) this.#streams.error.write(`${trace(error)}\n`);
    return exitCodes[kind];
  }
}

function defect(error: unknown): CliError {
  const remedy = "Run it again with --debug and report what it prints.";
  return new CliError("internal", `a defect of xs-ota: ${messageOf(error)}`, remedy);
}

function trace(error: Error): string {
  const own = error.stack ?? error.message;
  return error.cause instanceof Error ? `${own}\ncaused by ${trace(error.cause)}` : own;
}
