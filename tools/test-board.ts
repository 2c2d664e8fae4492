// SPDX-License-Identifier: MIT
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { boardNames, boards, packageRoot, type BoardName } from "xs-ota/cli/boards";
import { startDevice } from "xs-ota/cli/device-process";
import { buildFirmware, signFirmware } from "xs-ota/cli/firmware";
import { makeBoardFlash, needFits } from "xs-ota/cli/flash-image";
import { createCodeSigningPair } from "xs-ota/cli/signing";
import { openTlsServers } from "xs-ota/test/support/tls-servers";
import { readFlashMap } from "xs-ota/toolchain/flash-map";
import { findDeviceSuites, findSuites, sizeOf, writeApplication, type Suite } from "./xs-suites.js";

/*
 * Runs the unit and contract suites on the emulated board BOARD, as many at a time as its flash has room for: each batch
 * is an image in slot-a, started by the bootloader. Fails when a test does, when one ends in a reset, or when none ran.
 */

/** Bytes of JavaScript in a batch. One whose image is too large is halved. */
const BATCH_SIZE = Number(process.env["BATCH"] ?? 250_000);

/** Suites of what is larger than a board's memory: they run on Node, and on the XS device on Linux. */
const tooLarge = /\.large\.test$/;

const board = (process.env["BOARD"] ?? "mps2-an386") as BoardName;
if (!(board in boards)) throw new Error(`BOARD=${board} is none of ${boardNames.join()}`);
const map = readFlashMap(path.join(packageRoot, boards[board].flashMap));
const folder = path.join("build/test-board", board);
const certificates: Record<string, string> = {};

function batches(suites: readonly Suite[]): readonly (readonly Suite[])[] {
  const done: Suite[][] = [];
  let batch: Suite[] = [];
  for (const suite of suites) {
    if (batch.length > 0 && sizeOf([...batch, suite]) > BATCH_SIZE) {
      done.push(batch);
      batch = [];
    }
    batch.push(suite);
  }
  return [...done, batch];
}

/** How a batch went. */
interface Run {
  readonly suites: readonly Suite[];
  /** Bytes of its image. */
  readonly size: number;
  /** The device's exit status. */
  readonly status: number | null;
  readonly passed: number;
}

async function makeImage(suites: readonly Suite[]): Promise<Uint8Array> {
  const manifest = await writeApplication(folder, suites, servers.vectors);
  const out = path.join(folder, "suites.img");
  const firmware = { manifest, platform: board, version: "1.0.0", config: {}, out };
  return signFirmware(buildFirmware(firmware), path.join(folder, "key.pem")).bytes;
}

/** A new device with the suites as its firmware. */
async function start(suites: readonly Suite[], image: Uint8Array): Promise<Run> {
  const flash = path.join(folder, "flash");
  const endpoint = { host: "127.0.0.1", port: 1883 };
  const identity = { thingName: "board", endpoint, certificates };
  writeFileSync(flash, makeBoardFlash(boards[board], { identity, image }));
  let passed = 0;
  const onLine = (line: string): void => {
    if (line.startsWith("ok ")) passed++;
    console.log(line);
  };
  const status = await startDevice({ board: boards[board], flash, onLine }).ended;
  return { suites, size: image.length, status, passed };
}

const fits = (image: Uint8Array): boolean => {
  try {
    needFits(map, image);
    return true;
  } catch {
    return false;
  }
};

/** Runs them in one image, or in as many as it takes. */
async function run(suites: readonly Suite[]): Promise<readonly Run[]> {
  const image = await makeImage(suites);
  if (suites.length === 1) needFits(map, image);
  else if (!fits(image)) {
    const half = Math.ceil(suites.length / 2);
    return [...(await run(suites.slice(0, half))), ...(await run(suites.slice(half)))];
  }
  const done = await start(suites, image);
  const names = suites.map(({ name }) => name).join(", ");
  if (done.status !== 0) console.log(`# ${names}: ended with ${done.status}`);
  return [done];
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const pair = await createCodeSigningPair("ecdsa-p256", "board", 1);
writeFileSync(path.join(folder, "key.pem"), pair.privateKey, { mode: 0o600 });
certificates["code-signing"] = pair.certificate;
const servers = await openTlsServers();
const wanted = process.argv[2] ?? "";
const found = [...findDeviceSuites(), ...findSuites()].filter(({ name }) => name.includes(wanted));
const suites = found.filter(({ name }) => !tooLarge.test(name));
for (const { name } of found) {
  if (tooLarge.test(name)) console.log(`# not on a board: ${name} needs more memory than one has`);
}
const runs: Run[] = [];
for (const batch of batches(suites)) runs.push(...(await run(batch)));
await servers.close();
const failed = runs.filter(({ status }) => status !== 0);
const passed = runs.reduce((sum, run) => sum + run.passed, 0);
const largest = Math.max(...runs.map(({ size }) => size));
console.log(
  `# ${board}: ${passed} tests of ${suites.length} suites passed, in ${runs.length} images, the largest of ${largest} bytes; ${failed.length} images failed`,
);
process.exitCode = failed.length === 0 && passed > 0 ? 0 : 1;
