// SPDX-License-Identifier: MIT
import { readFileSync } from "node:fs";
import path from "node:path";
import { openTlsServers } from "xs-ota/test/support/tls-servers";
import { makeFlash, runDevice } from "xs-ota/test/support/linux-device";
import { buildBundle } from "xs-ota/toolchain/bundle";
import { findSuites, writeApplication } from "./xs-suites.js";

/*
 * Runs the unit and contract suites on the XS device on Linux, all at once, or those with the argument in their names.
 * Fails when a test does, or when none ran.
 */

const folder = "build/test-xs";
const out = path.join(folder, "suites.xsb");
const suites = findSuites(process.argv[2] ?? "");
const servers = await openTlsServers();
const manifest = await writeApplication(folder, suites, servers.vectors);
buildBundle({ manifest, platform: "linux", out });
const run = await runDevice(makeFlash(readFileSync(out)), ["--max-resets", "0"]);
await servers.close();
for (const line of [...run.console, ...run.log]) console.log(line);
process.exitCode = run.status ?? 1;
