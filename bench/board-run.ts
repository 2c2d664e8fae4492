// SPDX-License-Identifier: MIT
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { packageRoot, type BoardName } from "xs-ota/cli/boards";
import { Stage } from "xs-ota/cli/demo/stage";

/** hosts/bare-metal/usage.ts: bytes, and microseconds. */
export type Usage = Readonly<Record<string, number>>;

/** The manifest of a folder of bench/. */
export const manifestOf = (application: string): string =>
  path.join(packageRoot, "bench", application, "manifest.json");

async function withStage<Result>(
  board: BoardName,
  application: string,
  run: (stage: Stage, folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(path.join(tmpdir(), "xs-ota-bench-"));
  const manifest = manifestOf(application);
  const stage = await Stage.open({ folder, board, manifest });
  try {
    return await run(stage, folder);
  } finally {
    await stage.close();
    rmSync(folder, { recursive: true });
  }
}

const parse = (match: RegExpExecArray): Usage => JSON.parse(match[1] ?? "{}") as Usage;

/** What a device uses at rest, and its image. */
export interface RestFigures {
  /** Folder of bench/. */
  readonly application: string;
  readonly rest: Usage;
  readonly image: Uint8Array;
}

/** @param application "mqtt", which updates over MQTT alone, or "without", which does all but updates */
export function measureRest(board: BoardName, application: string): Promise<RestFigures> {
  return withStage(board, application, async stage => {
    const image = stage.makeFirmware({ version: "1.0.0" });
    stage.installDevice(image);
    const rest = parse(await stage.console.waitFor(/usage at rest (.+)/));
    return { application, rest, image: image.bytes };
  });
}

export interface UpdateFigures extends RestFigures {
  /** Of the bootloader, which verifies the image. */
  readonly bootMicroseconds: number;
  readonly start: Usage;
  /** The last line before the restart: its peaks are those of the download. */
  readonly end: Usage;
  /** Blocks of 4 KiB. */
  readonly blocks: number;
}

/** What examples/thread uses when it starts, when it is at rest, and when it downloads its successor. */
export function measureUpdate(board: BoardName): Promise<UpdateFigures> {
  const application = "thread";
  return withStage(board, application, async (stage, folder) => {
    const first = stage.makeFirmware({ version: "1.0.0" });
    stage.installDevice(first);
    const [, boot = ""] = await stage.console.waitFor(/boot: (\d+) us/);
    const start = parse(await stage.console.waitFor(/usage at start (.+)/));
    const rest = parse(await stage.console.waitFor(/usage at rest (.+)/));
    await stage.deploy(stage.makeFirmware({ version: "1.1.0" }));
    await stage.console.waitFor(/1\.1\.0 is permanent/);
    const { lines } = stage.console;
    const verified = lines.findIndex(line => line.includes("image verified"));
    const samples = lines.slice(0, verified).flatMap(line => /^usage (\{.+)/.exec(line) ?? []);
    const end = JSON.parse(samples.at(-1) ?? "{}") as Usage;
    const blocks = Math.ceil(readFileSync(path.join(folder, "1.1.0.img")).length / 4096);
    const image = first.bytes;
    return { application, bootMicroseconds: Number(boot), start, rest, end, image, blocks };
  });
}
