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
 * Runs the unit and contract suites on the emulated board BOARD, in batches that its memory has room for: each is an
 * image in slot-a, started by the bootloader. Fails when a test does, when one ends in a reset, or when none ran.
 */

/** Bytes of JavaScript in a batch. */
const BATCH_SIZE = Number(process.env["BATCH"] ?? 120_000);

const board = (process.env["BOARD"] ?? "mps2-an386") as BoardName;
if (!(board in boards)) throw new Error(`BOARD=${board} is none of ${boardNames.join()}`);
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

/** A new device with the suites as its firmware. @returns its exit status. */
async function run(suites: readonly Suite[]): Promise<number | null> {
  const manifest = await writeApplication(folder, suites, servers.vectors);
  const out = path.join(folder, "suites.img");
  const firmware = { manifest, platform: board, version: "1.0.0", config: {}, out };
  const { bytes } = signFirmware(buildFirmware(firmware), path.join(folder, "key.pem"));
  const map = readFlashMap(path.join(packageRoot, boards[board].flashMap));
  needFits(map, bytes);
  const flash = path.join(folder, "flash");
  const endpoint = { host: "127.0.0.1", port: 1883 };
  const identity = { thingName: "board", endpoint, certificates };
  writeFileSync(flash, makeBoardFlash(boards[board], { identity, image: bytes }));
  return startDevice({ board: boards[board], flash, onLine: line => console.log(line) }).ended;
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const pair = await createCodeSigningPair("ecdsa-p256", "board", 1);
writeFileSync(path.join(folder, "key.pem"), pair.privateKey, { mode: 0o600 });
certificates["code-signing"] = pair.certificate;
const servers = await openTlsServers();
const wanted = process.argv[2] ?? "";
const suites = [...findDeviceSuites(), ...findSuites()].filter(({ name }) => name.includes(wanted));
for (const batch of batches(suites)) {
  const status = await run(batch);
  if (status === 0) continue;
  console.log(`# ${batch.map(({ name }) => name).join(", ")}: ended with ${status}`);
  process.exitCode = 1;
}
await servers.close();
