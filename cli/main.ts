#!/usr/bin/env node
// SPDX-License-Identifier: MIT
import { runProgram } from "./program.js";
import { Session } from "./session.js";

// whoever reads may stop before the end, as `head` does
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

const interrupt = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => interrupt.abort());
process.exitCode = await runProgram(process.argv.slice(2), new Session(interrupt.signal));
