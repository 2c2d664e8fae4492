// SPDX-License-Identifier: MIT
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { once } from "node:events";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { boardNames, boards, packageRoot, type BoardName } from "xs-ota/cli/boards";
import { imageCapacity } from "xs-ota/cli/flash-image";
import { createCodeSigningPair } from "xs-ota/cli/signing";
import { problemsOf } from "xs-ota/test/support/suite-progress";
import { openTlsServers } from "xs-ota/test/support/tls-servers";
import { readFlashMap } from "xs-ota/toolchain/flash-map";
import { machineCode } from "xs-ota/toolchain/machine-code";
import type { SuiteJob, SuiteRun } from "./board-suite.js";
import { groupSuites } from "./suite-groups.js";
import { findSuites, type Suite } from "./xs-suites.js";

/*
 * Runs the unit and contract suites on the emulated board BOARD, or those with the argument in their names: as many of
 * them as fit are an image in slot-a, started by the bootloader. As many are built and run side by side as there are
 * processors. Fails when a test does not pass, when a suite has none, and when there is no suite.
 */

const board = (process.env["BOARD"] ?? "mps2-an386") as BoardName;
const machine = machineCode[board];
if (machine === undefined) throw new Error(`BOARD=${board} is none of ${boardNames.join()}`);
const folder = path.join("build/test-board", board);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const pair = await createCodeSigningPair("ecdsa-p256", "board", 1);
const keyPath = path.join(folder, "key.pem");
writeFileSync(keyPath, pair.privateKey, { mode: 0o600 });
const servers = await openTlsServers();

/** What is in every image, beside the machine code, and some room for estimates that are too low. */
const FIXED = 100 * 1024;

const map = readFlashMap(path.join(packageRoot, boards[board].flashMap));
const runtimeSize = statSync(path.join(packageRoot, machine.runtime)).size;
const suites = findSuites(process.argv[2] ?? "");
const groups = groupSuites(suites, imageCapacity(map) - runtimeSize - FIXED);

const counts = { run: 0, passed: 0, starts: 0, largest: 0 };
const problems: string[] = [];

async function runGroup(group: readonly Suite[], place: number): Promise<SuiteRun> {
  const job: SuiteJob = {
    board,
    suites: group,
    folder: path.join(folder, String(place)),
    keyPath,
    certificate: pair.certificate,
    tls: servers.vectors,
  };
  const worker = new Worker(new URL("board-suite.js", import.meta.url), { workerData: job });
  const [run] = (await once(worker, "message")) as [SuiteRun];
  return run;
}

function report(title: string, run: SuiteRun): void {
  for (const line of run.lines) console.log(line);
  for (const restart of run.restarts) console.log(`# ${title}: ${restart}`);
  problems.push(...problemsOf(run.results, run.count).map(problem => `${title}: ${problem}`));
  counts.run += run.results.length;
  counts.passed += run.results.filter(({ failure }) => failure === undefined).length;
  counts.starts += run.starts;
  counts.largest = Math.max(counts.largest, run.imageSize);
}

const queue = [...groups.entries()];

/** One after the other, until none is left. */
async function work(_: unknown, place: number): Promise<void> {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const [at, group] = next;
    const title = `${board}, image ${at + 1} of ${groups.length}`;
    console.log(`# ${title} begins: ${group.map(({ name }) => name).join(", ")}`);
    try {
      const run = await runGroup(group, place);
      report(title, run);
      console.log(`# ${title} has ended: ${run.results.length} tests run`);
    } catch (error) {
      problems.push(`${title}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

await Promise.all(Array.from({ length: availableParallelism() }, work));
await servers.close();
if (suites.length === 0) problems.push("there is no such suite");
for (const problem of problems) console.log(`not ok - ${problem}`);
console.log(
  `# ${board}: ${counts.run} tests run, ${counts.passed} passed, of ${suites.length} suites; ` +
    `${groups.length} images, the largest of ${counts.largest} bytes, started ${counts.starts} times; ` +
    `${problems.length} problems`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
