// SPDX-License-Identifier: MIT
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { once } from "node:events";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { boardNames, boards, type BoardName } from "xs-ota/cli/boards";
import { createCodeSigningPair } from "xs-ota/cli/signing";
import { openTlsServers } from "xs-ota/test/support/tls-servers";
import type { SuiteJob, SuiteRun } from "./board-suite.js";
import { problemsOf } from "xs-ota/test/support/suite-progress";
import { findSuites, type Suite } from "./xs-suites.js";

/*
 * Runs the unit and contract suites on the emulated board BOARD, or those with the argument in their names: each is an
 * image in slot-a, started by the bootloader. As many are built and run side by side as there are processors. Fails
 * when a test does not pass, when a suite has none, and when there is no suite.
 */

const board = (process.env["BOARD"] ?? "mps2-an386") as BoardName;
if (!(board in boards)) throw new Error(`BOARD=${board} is none of ${boardNames.join()}`);
const folder = path.join("build/test-board", board);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const pair = await createCodeSigningPair("ecdsa-p256", "board", 1);
const keyPath = path.join(folder, "key.pem");
writeFileSync(keyPath, pair.privateKey, { mode: 0o600 });
const servers = await openTlsServers();
const suites = findSuites(process.argv[2] ?? "");

const counts = { run: 0, passed: 0, images: 0, starts: 0, largest: 0 };
const problems: string[] = [];

async function runSuite(suite: Suite, place: number): Promise<SuiteRun> {
  const job: SuiteJob = {
    board,
    suite,
    folder: path.join(folder, String(place)),
    keyPath,
    certificate: pair.certificate,
    tls: servers.vectors,
  };
  const worker = new Worker(new URL("board-suite.js", import.meta.url), { workerData: job });
  const [run] = (await once(worker, "message")) as [SuiteRun];
  return run;
}

function report({ name }: Suite, run: SuiteRun): void {
  for (const line of run.lines) console.log(line);
  for (const restart of run.restarts) console.log(`# ${name}: ${restart}`);
  problems.push(...problemsOf(run.results, run.count).map(problem => `${name}: ${problem}`));
  counts.run += run.results.length;
  counts.passed += run.results.filter(({ failure }) => failure === undefined).length;
  counts.images++;
  counts.starts += run.starts;
  counts.largest = Math.max(counts.largest, run.imageSize);
}

const queue = [...suites.entries()];

/** One after the other, until none is left. */
async function work(_: unknown, place: number): Promise<void> {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const [at, suite] = next;
    const title = `${board}, image ${at + 1} of ${suites.length}: ${suite.name}`;
    console.log(`# ${title} begins`);
    try {
      const run = await runSuite(suite, place);
      report(suite, run);
      console.log(`# ${title} has ended: ${run.results.length} tests run`);
    } catch (error) {
      problems.push(`${suite.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

await Promise.all(Array.from({ length: availableParallelism() }, work));
await servers.close();
if (suites.length === 0) problems.push("there is no such suite");
for (const problem of problems) console.log(`not ok - ${problem}`);
console.log(
  `# ${board}: ${counts.run} tests run, ${counts.passed} passed, of ${suites.length} suites; ` +
    `${counts.images} images, the largest of ${counts.largest} bytes, started ${counts.starts} times; ` +
    `${problems.length} problems`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
