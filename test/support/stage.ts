// SPDX-License-Identifier: MIT
import { type BoardName, boardNames } from "xs-ota/cli/boards";
import type { ExecutionView } from "xs-ota/cli/job-watch";
import { Stage, type StageOptions } from "xs-ota/cli/demo/stage";
import { makeTemporaryFolder } from "./files.js";

/** The device under test: the Linux process unless DEVICE names another. */
export const deviceUnderTest: BoardName =
  boardNames.find(name => name === process.env["DEVICE"]) ?? "linux";

/** A desk cloud and a device for a test file. Remove it when the tests are done. */
export interface StageBench {
  readonly stage: Stage;
  /** Where the stage's files are, the keys among them. */
  readonly folder: string;
  close(): Promise<void>;
}

export async function openStage(options: Partial<StageOptions> = {}): Promise<StageBench> {
  const { folder, remove } = makeTemporaryFolder();
  const stage = await Stage.open({ board: deviceUnderTest, ...options, folder });
  return {
    stage,
    folder,
    async close() {
      await stage.close();
      remove();
    },
  };
}

/** Waits until the device is through with a job. */
export async function outcomeOf(stage: Stage, jobId: string): Promise<ExecutionView> {
  let last: ExecutionView | undefined;
  for await (const { executions } of stage.watch(jobId)) last = executions[0];
  if (last === undefined) throw new Error(`job ${jobId} has no device`);
  return last;
}

/** The version that the device last said it runs. */
export function runningVersion(stage: Stage): string | undefined {
  const versions = stage.console.lines.map(line => /runs (\d+\.\d+\.\d+)/.exec(line)?.[1]);
  return versions.filter(version => version !== undefined).at(-1);
}
