#!/usr/bin/env node
// SPDX-License-Identifier: MIT
import { runProgram } from "./program.js";
import { Session } from "./session.js";

const interrupt = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => interrupt.abort());
process.exitCode = await runProgram(process.argv.slice(2), new Session(interrupt.signal));
