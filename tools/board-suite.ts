// SPDX-License-Identifier: MIT
import { writeFileSync } from "node:fs";
import path from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { boards, packageRoot, type BoardName } from "xs-ota/cli/boards";
import { startDevice } from "xs-ota/cli/device-process";
import { buildFirmware, signFirmware } from "xs-ota/cli/firmware";
import { findPartition, makeBoardFlash } from "xs-ota/cli/flash-image";
import type { TlsVectors } from "xs-ota/test/support/tls-client";
import { readFlashMap } from "xs-ota/toolchain/flash-map";
import { SuiteProgress, type TestResult } from "xs-ota/test/support/suite-progress";
import { writeApplication, type Suite } from "./xs-suites.js";

/*
 * A worker of tools/test-board.ts: builds suites as the application of an emulated board, and starts it there as often
 * as it takes.
 */

/** What a worker is told. */
export interface SuiteJob {
  readonly board: BoardName;
  /** Of one image. */
  readonly suites: readonly Suite[];
  /** For all that it writes. What one build has compiled, the next in it need not. */
  readonly folder: string;
  /** PEM files of the key that signs images, and of what the device trusts. */
  readonly keyPath: string;
  readonly certificate: string;
  readonly tls: TlsVectors;
}

/** What it answers. */
export interface SuiteRun {
  readonly results: readonly TestResult[];
  /** How many there are, if the image has said so. */
  readonly count: number | undefined;
  /** How often the image was started, and why more than once. */
  readonly starts: number;
  readonly restarts: readonly string[];
  /** The console of all starts. */
  readonly lines: readonly string[];
  /** Bytes. */
  readonly imageSize: number;
}

const { board, suites, folder, keyPath, certificate, tls } = workerData as SuiteJob;
const map = readFlashMap(path.join(packageRoot, boards[board].flashMap));

async function makeImage(): Promise<Uint8Array> {
  const manifest = await writeApplication(folder, suites, tls);
  const out = path.join(folder, "suite.img");
  const firmware = { manifest, platform: board, version: "1.0.0", config: {}, out };
  const { bytes } = signFirmware(buildFirmware(firmware), keyPath);
  return bytes;
}

/** The flash of a new device that begins with a test. Source: xs-suites.ts, main module. */
function makeFlash(image: Uint8Array, from: number): Uint8Array {
  const identity = {
    thingName: "board",
    endpoint: { host: "127.0.0.1", port: 1883 },
    certificates: { "code-signing": certificate },
  };
  const flash = makeBoardFlash(boards[board], { identity, image });
  new DataView(flash.buffer).setUint32(findPartition(map, "slot-b").offset, from, true);
  return flash;
}

/** Starts the image once, on a new device. */
async function start(image: Uint8Array, progress: SuiteProgress, from: number): Promise<string[]> {
  const lines: string[] = [];
  const flash = path.join(folder, "flash");
  writeFileSync(flash, makeFlash(image, from));
  const onLine = (line: string): void => {
    lines.push(line);
    if (progress.onLine(line)) void device.stop();
  };
  const device = startDevice({ board: boards[board], flash, onLine });
  progress.onEnd(await device.ended);
  return lines;
}

async function run(image: Uint8Array): Promise<SuiteRun> {
  const progress = new SuiteProgress();
  const lines: string[] = [];
  let starts = 0;
  for (let { from } = progress; from !== undefined; { from } = progress) {
    lines.push(...(await start(image, progress, from)));
    starts++;
  }
  const { results, restarts, count } = progress;
  return { results, starts, restarts, count, lines, imageSize: image.length };
}

parentPort?.postMessage(await run(await makeImage()));
