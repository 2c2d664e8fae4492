// SPDX-License-Identifier: MIT
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { boards, type BoardName } from "xs-ota/cli/boards";
import { Stage } from "xs-ota/cli/demo/stage";
import { signFirmware } from "xs-ota/cli/firmware";
import type { ExecutionView } from "xs-ota/cli/job-watch";
import { packImage } from "xs-ota/toolchain/image";
import { machineCode } from "xs-ota/toolchain/machine-code";

/** The board under test: the variable BOARD names it. */
export const board = (process.env["BOARD"] ?? "mps2-an386") as BoardName;

/** A cloud and a board, both gone when the test ends. */
export async function openStage(
  t: TestContext,
  emulatorArguments: readonly string[] = [],
): Promise<Stage> {
  if (!(board in boards))
    throw new Error(`BOARD=${board} is none of ${Object.keys(boards).join()}`);
  const folder = mkdtempSync(path.join(tmpdir(), "xs-ota-board-"));
  const stage = await Stage.open({ folder, board, emulatorArguments });
  t.after(async () => {
    await stage.close();
    rmSync(folder, { recursive: true });
  });
  return stage;
}

/** How the device's job ends. */
export async function outcomeOf(stage: Stage, jobId: string): Promise<ExecutionView> {
  let last: ExecutionView | undefined;
  for await (const { executions } of stage.watch(jobId)) last = executions[0];
  if (last === undefined) throw new Error(`${jobId} was given to no device`);
  return last;
}

/** Makes a new device of machine code of the test's own, in place of the runtime's. */
export function installMachineCode(stage: Stage, body: Uint8Array): void {
  const headerSize = machineCode[board]?.headerSize;
  if (headerSize === undefined) throw new Error(`${board} has no machine code`);
  const image = packImage({ body, version: "1.0.0", headerSize });
  const key = path.join(path.dirname(stage.flash), "vendor.key.pem");
  stage.installDevice(signFirmware(image, key));
}

/** Numbers in [0, 1) that a seed gives again. Source: mulberry32, public domain. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
