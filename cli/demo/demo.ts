// SPDX-License-Identifier: MIT
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../boards.js";
import type { BoardName } from "../boards.js";
import { formatColumns } from "../columns.js";
import { CliError } from "../failure.js";
import type { Output } from "../output.js";
import { acts, play } from "./acts.js";
import type { ActResult } from "./acts.js";
import { Stage } from "./stage.js";

/** Console lines that the progress bar shows better. */
const shownByTheBar = /downloaded \d+\/\d+ blocks/;

/**
 * Plays the three acts on a device and a cloud of its own.
 * @throws CliError "unsuccessful" when an act did not go as it must; the device's console is then kept.
 */
export async function runDemo(
  board: BoardName,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const folder = makeFolder();
  const onLine = (line: string): void => {
    if (!shownByTheBar.test(line)) output.note(`  device | ${line}`);
  };
  try {
    const stage = await Stage.open({ folder, board, onLine, signal });
    conclude(await playOn(stage, output, signal), output);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Plays all acts, and switches the stage off. */
async function playOn(
  stage: Stage,
  output: Output,
  signal: AbortSignal,
): Promise<readonly ActResult[]> {
  let results: readonly ActResult[] = [];
  try {
    results = await playAll(stage, output);
    return results;
  } finally {
    await stage.close();
    const wentWell =
      results.length === acts.length && results.every(one => one.faults.length === 0);
    if (!wentWell && !signal.aborted) keepConsole(stage, output);
  }
}

async function playAll(stage: Stage, output: Output): Promise<ActResult[]> {
  output.note("Building 1.0.0, 1.1.0, and two kinds of 1.2.0 …");
  const first = stage.makeFirmware({ version: "1.0.0" });
  const images = acts.map(act => [act, stage.makeFirmware(act.firmware)] as const);
  const { endpoint } = stage.cloud;
  output.note(`Cloud: ${endpoint}`);
  stage.installDevice(first);
  await stage.console.waitFor(/runs 1\.0\.0/);
  const results: ActResult[] = [];
  for (const [act, image] of images) {
    output.note(`\nAct ${results.length + 1}: ${act.title}`);
    results.push(await play(act, image, stage, output));
  }
  return results;
}

function makeFolder(): string {
  const build = join(packageRoot, "build");
  mkdirSync(build, { recursive: true });
  return mkdtempSync(join(build, "demo-"));
}

function keepConsole(stage: Stage, output: Output): void {
  if (stage.console.lines.length === 0) return;
  const path = join(packageRoot, "build", "demo-console.log");
  writeFileSync(path, `${stage.console.lines.join("\n")}\n`);
  output.note(`The device's console is kept in ${path}`);
}

function conclude(results: readonly ActResult[], output: Output): void {
  const rows = results.map(({ title, status, runs, bytes, seconds, blocks }) => [
    title,
    status,
    runs,
    `${bytes}`,
    blocks,
    seconds.toFixed(1),
  ]);
  const head = ["ACT", "JOB", "DEVICE RUNS", "BYTES", "BLOCKS", "SECONDS"];
  const reasons = results.map(({ reason }, index) => `  act ${index + 1}: ${reason}`).join("\n");
  output.result({ acts: results }, `\n${formatColumns(head, rows)}\nReasons:\n${reasons}`);
  const faults = results.flatMap(({ title, faults }) => faults.map(fault => `${title}: ${fault}`));
  if (faults.length > 0) throw new CliError("unsuccessful", faults.join("; "));
}
