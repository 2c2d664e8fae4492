// SPDX-License-Identifier: MIT

/** What ends the machine, for the console: the SDK says no more than "unhandled exception". */
function explain(what: string, error: unknown): void {
  trace(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}

/** The SDK calls it before `main`, for its module is in `setup/`. */
export default function (done: () => void): void {
  (globalThis as { abort?: unknown }).abort = explain;
  done();
}
