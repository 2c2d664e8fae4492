// SPDX-License-Identifier: MIT
import type { DataProtocol } from "xs-ota/job/document";
import type { SignedImage } from "../firmware.js";
import { showJob } from "../job-progress.js";
import { describeExecution } from "../job-watch.js";
import type { Output } from "../output.js";
import type { Stage, StageFirmware } from "./stage.js";

/** One act: what is deployed, and how it must end. */
export interface Act {
  readonly title: string;
  readonly firmware: StageFirmware;
  /** How the job must end, and what the reason that the operator sees must say. */
  readonly status: "SUCCEEDED" | "REJECTED" | "FAILED";
  readonly reason: RegExp;
  /** The versions that the device must start meanwhile, in this order. */
  readonly starts: readonly string[];
  /** How the image may come: MQTT unless told. */
  readonly protocols?: readonly DataProtocol[];
}

/** The three acts, for a device that runs 1.0.0. Each begins where the one before ended. */
export const acts: readonly Act[] = Object.freeze([
  {
    title: "the device updates itself from 1.0.0 to 1.1.0",
    firmware: { version: "1.1.0" },
    status: "SUCCEEDED",
    reason: /^accepted/,
    starts: ["1.1.0"],
  },
  {
    title: "an image signed by a stranger's key is refused",
    firmware: { version: "1.2.0", signer: "stranger" },
    status: "REJECTED",
    reason: /^signature-invalid: /,
    starts: [],
  },
  {
    title: "a 1.2.0 that never passes its self-test goes back to 1.1.0 by itself",
    firmware: {
      version: "1.2.0",
      config: { selfTest: "never", agent: { selfTestResponseWaitMs: 5000 } },
    },
    status: "FAILED",
    reason: /^image-reverted: .*not accepted within/,
    starts: ["1.2.0", "1.1.0"],
  },
]);

/** How an act went. */
export interface ActResult {
  readonly title: string;
  readonly status: string;
  readonly reason: string;
  /** What the device started meanwhile. */
  readonly starts: readonly string[];
  /** What it runs now. */
  readonly runs: string;
  /** Bytes of the image. */
  readonly bytes: number;
  /** Blocks that arrived, and blocks of the image. */
  readonly blocks: string;
  /** From deploying until the job was over. */
  readonly seconds: number;
  /** What is not as it must be; empty when the act went as it should. */
  readonly faults: readonly string[];
}

/** What the example application prints when it starts, and while it downloads. */
const started = /runs (\d+\.\d+\.\d+)/;
const downloaded = /downloaded (\d+\/\d+) blocks/;

/** Plays one act: deploys the image, and follows the job to its end. */
export async function play(
  act: Act,
  image: SignedImage,
  stage: Stage,
  output: Output,
): Promise<ActResult> {
  const before = stage.console.lines.length;
  const startedAt = performance.now();
  const jobId = await stage.deploy(image, act.protocols);
  const { executions } = await showJob(stage.watch(jobId), output);
  const seconds = (performance.now() - startedAt) / 1000;
  const lines = stage.console.lines.slice(before);
  const [execution] = executions;
  const result = {
    title: act.title,
    status: execution?.status ?? "UNKNOWN",
    reason: execution === undefined ? "" : describeExecution(execution),
    starts: allMatches(lines, started),
    runs: allMatches(stage.console.lines, started).at(-1) ?? "nothing",
    bytes: image.bytes.length,
    blocks: allMatches(lines, downloaded).at(-1) ?? "0",
    seconds,
  };
  return { ...result, faults: faultsOf(act, result) };
}

function allMatches(lines: readonly string[], pattern: RegExp): string[] {
  return lines.map(line => pattern.exec(line)?.[1]).filter(text => text !== undefined);
}

function faultsOf(act: Act, result: Omit<ActResult, "faults">): string[] {
  const faults: string[] = [];
  const { status, reason, starts } = result;
  if (status !== act.status) faults.push(`the job ended ${status}, not ${act.status}`);
  if (!act.reason.test(reason)) faults.push(`the reason is "${reason}"`);
  if (starts.join() !== act.starts.join()) {
    const list = (versions: readonly string[]): string => versions.join(", then ") || "nothing";
    faults.push(`the device started ${list(starts)}, and not ${list(act.starts)}`);
  }
  return faults;
}
