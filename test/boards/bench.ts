// SPDX-License-Identifier: MIT
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { boards, type BoardName } from "xs-ota/cli/boards";
import { Stage, type StageOptions } from "xs-ota/cli/demo/stage";
import { signFirmware } from "xs-ota/cli/firmware";
import { randomFrom } from "xs-ota/test/support/sim-flash";
import { packImage } from "xs-ota/toolchain/image";
import { machineCode } from "xs-ota/toolchain/machine-code";

/** The board under test: the variable BOARD names it. */
export const board = (process.env["BOARD"] ?? "mps2-an386") as BoardName;

/** A cloud and a board, both gone when the test ends. */
export async function openStage(
  t: TestContext,
  options: Partial<StageOptions> = {},
): Promise<Stage> {
  if (!(board in boards))
    throw new Error(`BOARD=${board} is none of ${Object.keys(boards).join()}`);
  const folder = mkdtempSync(path.join(tmpdir(), "xs-ota-board-"));
  const stage = await Stage.open({ ...options, folder, board });
  t.after(async () => {
    await stage.close();
    rmSync(folder, { recursive: true });
  });
  return stage;
}

/** Makes a new device of machine code of the test's own, in place of the runtime's. */
export function installMachineCode(stage: Stage, body: Uint8Array): void {
  const headerSize = machineCode[board]?.headerSize;
  if (headerSize === undefined) throw new Error(`${board} has no machine code`);
  const image = packImage({ body, version: "1.0.0", headerSize });
  const key = path.join(path.dirname(stage.flash), "vendor.key.pem");
  stage.installDevice(signFirmware(image, key));
}

/** Numbers in [0, 1) that a seed gives again. */
export function seededRandom(seed: number): () => number {
  const random = randomFrom(seed);
  return () => random() / 2 ** 32;
}
