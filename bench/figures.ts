// SPDX-License-Identifier: MIT
import { readFileSync } from "node:fs";
import path from "node:path";
import { boards, nanosecondsPerInstruction, packageRoot, type BoardName } from "xs-ota/cli/boards";
import { machineCode } from "xs-ota/toolchain/machine-code";
import {
  measureRest,
  measureUpdate,
  type RestFigures,
  type UpdateFigures,
  type Usage,
} from "./board-run.js";
import { bytecodeKinds } from "./bytecode-kinds.js";
import { linkBundle, type LinkedBundle } from "./linked-bundle.js";
import { readLinkerMap } from "./linker-map.js";
import { preparedKinds } from "./prepared-slots.js";

/*
 * Prints, as the tables of docs/size.md, what a board's firmware takes: `make size BOARD=<board>`. All but the linker's
 * map comes from the firmware itself, which runs under its emulator with every instruction counted.
 */

const number = (value: number): string => Math.round(value).toLocaleString("en-US");

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const format = (cells: readonly (string | number)[]): string =>
    `| ${cells.map(cell => (typeof cell === "number" ? number(cell) : cell)).join(" | ")} |`;
  console.log(format(head));
  console.log(format(head.map((_, i) => (i === 0 ? "---" : "---:"))));
  for (const row of rows) console.log(format(row));
  console.log();
}

function printMachineCode(board: BoardName): void {
  for (const firmware of ["bootloader", "application"]) {
    const file = path.join(packageRoot, `build/${board}/${firmware}`);
    const map = readFileSync(`${file}.map`, "utf8");
    console.log(`### Machine code of the ${firmware}\n`);
    const rows = [...readLinkerMap(map)].map(([part, s]) => [part, s.text, s.data, s.bss] as const);
    const sum = (at: 1 | 2 | 3): number => rows.reduce((total, row) => total + row[at], 0);
    table(["part", "text", "data", "bss"], [...rows, ["all", sum(1), sum(2), sum(3)]]);
    const size = readFileSync(`${file}.bin`).length;
    console.log(
      `The file has ${number(size)} bytes: text and data, padded by the linker, and each string once.\n`,
    );
  }
}

/** The prepared machine in an image, to its end, and the bytes of the bundle before it. Source: docs/flash-format.md. */
function splitImage(board: BoardName, image: Uint8Array): { bundleSize: number; prepared: Buffer } {
  const machine = machineCode[board];
  if (machine === undefined) throw new TypeError(`${board} has no machine code`);
  const runtime = readFileSync(path.join(packageRoot, machine.runtime)).length;
  const bytes = Buffer.from(image);
  const start = machine.headerSize + runtime;
  const bundleSize = bytes.readUInt32LE(start);
  return { bundleSize, prepared: bytes.subarray(bytes.indexOf("XSP1", start + 4 + bundleSize)) };
}

/** Folders by which bytecode is told apart; the first four are the library's own. */
const folders: readonly (readonly [string, RegExp])[] = Object.freeze([
  ["src: agent, job, image", /^xs-ota(\/(agent|job|image)\/.*)?$/],
  ["src: download", /^xs-ota\/download\//],
  ["src: delta", /^xs-ota\/delta\//],
  ["pal", /^xs-ota\/pal\//],
  ["hosts: MQTT, HTTP, certificates", /^xs-ota\/common\//],
  ["hosts: the board", /^(xs-ota\/host\/|embedded:|timer$|time$)/],
  ["the application", /./],
]);

function codeByFolder({ code }: LinkedBundle): readonly (readonly [string, number])[] {
  const sums = new Map(folders.map(([name]) => [name, 0]));
  for (const [module, { length }] of code) {
    const name = folders.find(([, pattern]) => pattern.test(module))?.[0] ?? "";
    sums.set(name, (sums.get(name) ?? 0) + length);
  }
  return [...sums];
}

function printBytecode(bundle: LinkedBundle): void {
  console.log("### Bytecode, by module, as it is linked\n");
  const sizes = [...bundle.code].map(([module, { length }]) => [module, length] as const);
  const modules = sizes.sort(([, a], [, b]) => b - a);
  table(["module", "bytes"], [...modules, ["names", bundle.names], ["bundle", bundle.total]]);
  table(["folder", "bytes"], codeByFolder(bundle));
}

function printMemory({ start, rest, end }: UpdateFigures): void {
  console.log("### RAM, in bytes\n");
  const row = (
    name: string,
    used: string,
    peak: string,
    size: string,
  ): readonly (string | number)[] => [
    name,
    start[used] ?? "",
    rest[used] ?? "",
    end[peak] ?? 0,
    end[size] ?? 0,
  ];
  table(
    ["", "at start", "at rest", "peak of a download", "taken or size"],
    [
      row("XS slots", "slots", "slotsPeak", "slotsTaken"),
      row("XS chunks", "chunks", "chunksPeak", "chunksTaken"),
      row("XS stack", "stackPeak", "stackPeak", "stackSize"),
      row("C heap, with XS's", "heap", "heapPeak", "heapSize"),
      row("C stack", "cStackPeak", "cStackPeak", "cStackSize"),
      row("C variables", "statics", "statics", "statics"),
    ],
  );
  const free = (value: Usage, size: string, peak: string): number =>
    (value[size] ?? 0) - (value[peak] ?? 0);
  const heap = free(end, "heapSize", "heapPeak");
  const stack = free(end, "cStackSize", "cStackPeak");
  console.log(`Free at the peak: ${number(heap)} of the heap, ${number(stack)} of the C stack.\n`);
}

/** The library's own modules. */
const isOwn = (module: string): boolean => folders.slice(0, 4).some(([, of]) => of.test(module));

function partsOf(
  board: BoardName,
  { application, rest, image }: RestFigures,
): Readonly<Record<string, number>> {
  const { bundleSize, prepared } = splitImage(board, image);
  const bundle = linkBundle(board, application);
  const own = [...bundle.code].flatMap(([module, code]) => (isOwn(module) ? [code] : []));
  const heap = (rest["slots"] ?? 0) + (rest["chunks"] ?? 0);
  return {
    image: image.length,
    bundle: bundleSize,
    "– its names": bundle.names,
    "prepared machine": prepared.length,
    ...prefixed("– prepared: ", preparedKinds(prepared)),
    "bytecode of src and pal, bodies of modules too": own.reduce(
      (sum, { length }) => sum + length,
      0,
    ),
    ...prefixed("– linked: ", bytecodeKinds(own)),
    "XS heap at rest": heap,
  };
}

const prefixed = (prefix: string, parts: object): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(parts).map(([name, size]) => [prefix + name, size as number]));

/** @param without the same device without updates */
function printShare(
  board: BoardName,
  all: RestFigures,
  mqtt: RestFigures,
  without: RestFigures,
): void {
  console.log("### The library's share: examples/thread, with MQTT only, and without updates\n");
  const [a, b, c] = [all, mqtt, without].map(figures => partsOf(board, figures));
  table(
    ["", "all", "MQTT only", "without", "share", "share, MQTT only"],
    Object.entries(a ?? {}).map(([name, x]) => {
      const [y, z] = [b?.[name] ?? 0, c?.[name] ?? 0];
      return [name, x, y, z, x - z, y - z];
    }),
  );
}

function printInstructions({ bootMicroseconds, start, rest, end, blocks }: UpdateFigures): void {
  const instructionsIn = (time: number): number => (time * 1000) / nanosecondsPerInstruction;
  const at = (usage: Usage): number => instructionsIn(usage["busyMicroseconds"] ?? 0);
  console.log("### Instructions\n");
  table(
    ["", "instructions"],
    [
      ["the bootloader, which verifies the image", instructionsIn(bootMicroseconds)],
      ["from the application's reset to its first line", at(start)],
      ["a block of 4 KiB, all in all", (at(end) - at(rest)) / blocks],
    ],
  );
}

const board = (process.env["BOARD"] ?? "mps2-an386") as BoardName;
if (!(board in machineCode))
  throw new Error(`BOARD=${board} is no board; there are ${Object.keys(boards).join()}`);
console.log(`## ${board}\n`);
printMachineCode(board);
const update = await measureUpdate(board);
printBytecode(linkBundle(board, update.application));
printMemory(update);
printShare(board, update, await measureRest(board, "mqtt"), await measureRest(board, "without"));
printInstructions(update);
